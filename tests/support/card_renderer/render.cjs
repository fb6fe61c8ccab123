// Reads Adaptive Cards from standard input, one line of JSON each, and answers each with one line of JSON: what
// Microsoft's own code has to say against it, and what a person sees. The first argument is the directory of packages.
'use strict';
const path = require('node:path');
const readline = require('node:readline');
const { pathToFileURL } = require('node:url');

const packages = process.argv[2];

async function load() {
    const { Window } = await import(pathToFileURL(path.join(packages, 'happy-dom', 'lib', 'index.js')).href);
    const window = new Window();
    const names = ['document', 'HTMLElement', 'HTMLButtonElement'];
    Object.assign(globalThis, { window, self: globalThis }, Object.fromEntries(names.map((name) => [name, window[name]])));
    return require(path.join(packages, 'adaptivecards', 'dist', 'adaptivecards.js'));
}

function shown(cards, source) {
    const markdown = [];
    cards.AdaptiveCard.onProcessMarkdown = (text, result) => {
        markdown.push(text);
        const plain = document.createElement('div');
        plain.textContent = text;
        result.outputHtml = plain.innerHTML;
        result.didProcess = true;
    };
    // Its pattern for "lang" is global and so remembers where the card before ended: every second one would be refused.
    cards.CardElement.langProperty.regEx.lastIndex = 0;
    const context = new cards.SerializationContext(new cards.Version(1, 5));
    const card = new cards.AdaptiveCard();
    card.parse(source, context);
    const complaints = [];
    for (let index = 0; index < context.eventCount; index++) complaints.push(context.getEventAt(index).message);
    complaints.push(...card.validateProperties().validationEvents.map((event) => event.message));
    const element = card.render();
    return {
        complaints,
        markdown,
        text: element.textContent,
        links: [...element.querySelectorAll('a, [href]')].map((link) => link.outerHTML),
        buttons: [...element.querySelectorAll('button')].map((button) => button.textContent),
    };
}

async function main() {
    const cards = await load();
    for await (const line of readline.createInterface({ input: process.stdin })) {
        let answer;
        try {
            answer = shown(cards, JSON.parse(line));
        } catch (error) {
            answer = { complaints: [String(error.stack)], markdown: [], text: '', links: [], buttons: [] };
        }
        process.stdout.write(JSON.stringify(answer) + '\n');
    }
    process.exit(0);
}

main();
