// The page: people on the left, one person's chat with the bot on the right, kept up to date.
import { draw, forgetUniversalActions, words } from "/static/cards.js";
import { TEXTS } from "/static/texts.js";

const query = new URLSearchParams(location.search);
const language = TEXTS[query.get("lang")] ? query.get("lang") : "ja";
const say = (key) => TEXTS[language][key];
const chosen = decodeURIComponent(location.pathname.split("/")[2] ?? "");
const find = (id) => document.getElementById(id);
const shown = new Map(); // message id → what is drawn, so that an unchanged message (and what is typed in it) stays
const looked = new Set(); // versions that were refreshed on view already
if (query.get("client") === "old") forgetUniversalActions();

async function ask(method, path, content) {
  const headers = content === undefined ? {} : { "Content-Type": "application/json" };
  const answer = await fetch(path, { method, headers, body: content === undefined ? undefined : JSON.stringify(content) });
  if (!answer.ok) throw new Error(`${answer.status} ${path}`);
  return answer.json();
}

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function address(path) {
  const kept = new URLSearchParams(query);
  kept.set("lang", language);
  return `${path}?${kept}`;
}

function head() {
  document.documentElement.lang = language;
  document.title = say("title");
  find("people-title").textContent = say("title");
  find("about").textContent = say("about");
  find("rotate").textContent = say("rotate");
  find("text").placeholder = say("write");
  find("text").setAttribute("aria-label", say("write"));
  find("write").querySelector("button").textContent = say("send");
  find("language").textContent = say("language");
  find("language").onclick = () => {
    const other = new URLSearchParams(query);
    other.set("lang", language === "ja" ? "en" : "ja");
    location.search = other;
  };
  find("rotate").onclick = async () => {
    find("rotated").textContent = say("rotated") + (await ask("POST", "/api/keys", {})).kid.slice(0, 8);
  };
}

function list(people) {
  find("people").replaceChildren(...people.map((person) => {
    const link = make("a", { href: address(`/chat/${person.id}`) },
      make("span", { className: "count", textContent: person.messages || "" }),
      make("span", { textContent: person.name }), make("small", { textContent: person.address }));
    if (person.id === chosen || person.address === chosen) link.setAttribute("aria-current", "page");
    return make("li", {}, link);
  }));
}

function about(person) {
  const path = `/api/chats/${person.id}/app`;
  const button = make("button", { type: "button", textContent: say(person.installed ? "remove" : "install") });
  button.onclick = async () => {
    button.disabled = true;
    try {
      await ask(person.installed ? "DELETE" : "POST", path, {});
    } finally {
      await refresh();
    }
  };
  find("chat-head").replaceChildren(
    make("div", {}, make("h2", { textContent: person.name }), make("p", { textContent: say(person.installed ? "installed" : "missing") })), button);
}

function body(person, message, version) {
  if (!version.card) {
    const bubble = make("div", { className: "bubble words" });
    if (message.author === "bot") bubble.innerHTML = words(version.text); // markdown-it without HTML
    else bubble.append(make("p", { textContent: version.text }));
    return bubble;
  }
  const bubble = make("div", { className: "bubble" });
  const press = async (kind, action) => {
    bubble.classList.add("busy");
    const content = kind === "execute" ? { message: message.id, action } : { message: message.id, submit: action };
    try {
      await ask("POST", `/api/chats/${person.id}/actions`, content);
    } finally {
      if (shown.has(message.id)) shown.get(message.id).signature = "";
      await refresh();
    }
  };
  bubble.append(draw(version.card, person.language, press));
  return bubble;
}

// The element of a message stays; what is in it is made anew.
function fill(element, person, message, number) {
  const version = message.versions[number];
  const at = new Date(version.at * 1000).toLocaleTimeString(language === "ja" ? "ja-JP" : "en-GB");
  const line = make("div", { className: "head" },
    make("b", { textContent: message.author === "bot" ? "Matta" : person.name }), make("span", { textContent: at }));
  if (message.versions.length > 1) {
    // An old version stays usable here, as a card that somebody left open.
    const select = make("select", {}, ...message.versions.map((one, index) =>
      make("option", { value: index, selected: index === number, textContent: `${say("version")} ${index + 1}/${message.versions.length} (${say(one.how)})` })));
    select.setAttribute("aria-label", say("version"));
    select.onchange = () => fill(element, person, message, Number(select.value));
    line.append(select);
  }
  element.replaceChildren(line, body(person, message, version));
  if (message.note) {
    const bad = message.note === "!";
    element.append(make("p", { className: bad ? "note bad" : "note", role: "status", textContent: bad ? say("failed") : message.note }));
  }
}

// Teams asks the bot for a newer card when a card with `refresh` comes into view (learn.microsoft.com, Universal Actions).
function look(person, message) {
  const version = message.versions.at(-1);
  const refreshing = version.card?.refresh;
  const mark = `${message.id}/${message.versions.length}`;
  if (query.get("client") === "old" || !refreshing?.action || version.how === "answered" || looked.has(mark)) return;
  if (refreshing.userIds && !refreshing.userIds.includes(person.key)) return;
  looked.add(mark);
  const { id, title, verb, data } = refreshing.action;
  const element = shown.get(message.id).element;
  element.ariaBusy = "true"; // what is typed now would be lost with the card that comes
  ask("POST", `/api/chats/${person.id}/actions`, { message: message.id, trigger: "automatic", action: { id, title, verb, data: data ?? {} } })
    .then(refresh)
    .finally(() => (element.ariaBusy = null));
}

function chat(person, content) {
  const box = find("messages");
  const low = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
  const drawn = content.messages.map((message) => {
    const signature = `${message.versions.length}/${message.note}`;
    let known = shown.get(message.id);
    if (!known) {
      const element = make("article", { className: message.author === "bot" ? "message" : "message mine" });
      element.dataset.message = message.id;
      shown.set(message.id, (known = { element }));
    }
    if (known.signature !== signature) {
      known.signature = signature;
      fill(known.element, person, message, message.versions.length - 1);
    }
    return known.element;
  });
  const wanted = drawn.length ? drawn : [make("p", { className: "empty", textContent: say("empty") })];
  // What stays is not touched, so that the focus stays in it.
  for (const old of [...box.children]) if (!wanted.includes(old)) old.remove();
  wanted.forEach((one, index) => {
    if (box.children[index] !== one) box.insertBefore(one, box.children[index] ?? null);
  });
  if (low) box.scrollTop = box.scrollHeight;
  for (const message of content.messages) look(person, message);
}

let running = Promise.resolve();
function refresh() {
  running = running.then(show, show);
  return running;
}

async function show() {
  const people = await ask("GET", "/api/people");
  list(people);
  const person = people.find((one) => one.id === chosen || one.address === chosen);
  find("write").hidden = !person;
  if (!person) {
    find("messages").replaceChildren(make("p", { className: "empty", textContent: say("choose") }));
    return;
  }
  about(person);
  chat(person, await ask("GET", `/api/chats/${person.id}`));
}

find("write").onsubmit = async (event) => {
  event.preventDefault();
  const text = find("text").value.trim();
  if (!text) return;
  find("text").value = "";
  await ask("POST", `/api/chats/${encodeURIComponent(chosen)}/texts`, { text });
};
head();
new EventSource("/api/events").onmessage = refresh;
refresh();
