import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const LETTERS = "/[\\p{L}]/u";

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/api/schema.gen.ts"] },
  ...tseslint.configs.strictTypeChecked,
  {
    files: ["src/**/*.{ts,tsx}"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "react-hooks": hooks, "jsx-a11y": a11y },
    rules: {
      ...hooks.configs.recommended.rules,
      ...a11y.configs.recommended.rules,
      // Event handlers and effects may start a promise whose errors TanStack Query keeps.
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // Every text stands in the catalogues, in both languages.
      "no-restricted-syntax": [
        "error",
        { selector: `JSXText[value=${LETTERS}]`, message: "Texts belong into src/text, in both languages." },
        {
          selector: `JSXAttribute[name.name=/^(aria-label|title|placeholder|label|alt|content)$/] > Literal[value=${LETTERS}]`,
          message: "Texts belong into src/text, in both languages.",
        },
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: "Strangers' text is shown as text; mail bodies are shown in a sandboxed frame.",
        },
      ],
    },
  },
  { files: ["*.{js,ts}"], ...tseslint.configs.disableTypeChecked },
);
