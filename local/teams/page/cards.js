// Drawing one Adaptive Card with Microsoft's renderer, in Teams' looks.
/* global AdaptiveCards, markdownit */

const color = (name) => ({ default: `var(--${name})`, subtle: `var(--${name === "ink" ? "soft" : name})` });
const colors = {
  default: color("ink"), dark: color("ink"), light: color("soft"), accent: color("accent"),
  good: color("good"), warning: color("warning"), attention: color("attention"),
};
const ground = (backgroundColor) => ({ backgroundColor, foregroundColors: colors });
const host = new AdaptiveCards.HostConfig({
  fontFamily: "inherit",
  fontSizes: { small: 12, default: 14, medium: 16, large: 18, extraLarge: 24 },
  fontWeights: { lighter: 300, default: 400, bolder: 600 },
  spacing: { small: 8, default: 12, medium: 16, large: 20, extraLarge: 24, padding: 16 },
  separator: { lineThickness: 1, lineColor: "var(--line)" },
  supportsInteractivity: true,
  imageSizes: { small: 32, medium: 52, large: 100 },
  containerStyles: {
    default: ground("transparent"), emphasis: ground("var(--emphasis)"), accent: ground("var(--chosen)"),
    good: ground("var(--good-ground)"), attention: ground("var(--attention-ground)"), warning: ground("var(--warning-ground)"),
  },
  actions: { maxActions: 6, spacing: "default", buttonSpacing: 8, actionsOrientation: "horizontal", actionAlignment: "left", showCard: { actionMode: "inline", inlineTopMargin: 12, style: "emphasis" } },
  adaptiveCard: { allowCustomStyle: false },
  factSet: { title: { weight: "bolder", maxWidth: 150, wrap: true }, value: { wrap: true }, spacing: 12 },
});

// Teams knows bold, italic, lists and links in texts; no HTML.
const markdown = markdownit("zero", { html: false, breaks: true }).enable(["emphasis", "link", "list", "newline", "escape", "entity"]);
AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = markdown.render(text);
  result.didProcess = true;
};
export const words = (text) => markdown.render(text);

export function forgetUniversalActions() {
  AdaptiveCards.GlobalRegistry.actions.unregister("Action.Execute");
}

// Returns the element; `press(kind, action)` is called for Execute and Submit. Throws what the renderer throws.
export function draw(content, language, press) {
  const card = new AdaptiveCards.AdaptiveCard();
  card.hostConfig = host;
  card.parse(content);
  card.onExecuteAction = (action) => {
    const kind = action.getJsonTypeName();
    if (kind === "Action.OpenUrl") {
      if (/^https?:\/\//.test(action.url)) window.open(action.url, "_blank", "noopener");
    } else if (kind === "Action.Execute") {
      press("execute", { id: action.id, title: action.title, verb: action.verb, data: action.data ?? {} });
    } else if (kind === "Action.Submit") {
      press("submit", action.data ?? {});
    }
  };
  const element = card.render();
  element.lang = content.lang ?? language;
  return element;
}
