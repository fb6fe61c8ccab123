// Reads messages from standard input (4 bytes of length, then the message) and answers each with one line of JSON.
// The first argument is the directory of the parser package. Ends with its input.
'use strict';
const { default: PostalMime } = require(process.argv[2]);

async function describe(message) {
    try {
        const options = { attachmentEncoding: 'base64', forceRfc822Attachments: true };
        return { email: await PostalMime.parse(message, options) };
    } catch (error) {
        return { error: String(error) };
    }
}

async function main() {
    let waiting = Buffer.alloc(0);
    for await (const chunk of process.stdin) {
        waiting = Buffer.concat([waiting, chunk]);
        while (waiting.length >= 4 && waiting.length >= 4 + waiting.readUInt32BE(0)) {
            const end = 4 + waiting.readUInt32BE(0);
            const message = waiting.subarray(4, end);
            waiting = waiting.subarray(end);
            process.stdout.write(JSON.stringify(await describe(message)) + '\n');
        }
    }
}

main();
