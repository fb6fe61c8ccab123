/** Whose mail the script leads through Matta: one group's first, or everybody's. */
import { Button, Field, Input, makeStyles, tokens } from "@fluentui/react-components";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { useApi } from "../../app/api_context";
import { ProblemView } from "../../components/problem_view";
import { useText } from "../../text/language";

const useStyles = makeStyles({
  frame: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalS, maxWidth: "32rem" },
  row: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalS },
});
const ADDRESS = /^[^\s@<>,;]+@[^\s@<>,;]+$/;

export function DepartmentForm({ group, onSaved }: { readonly group: string; readonly onSaved: () => void }) {
  const t = useText();
  const api = useApi();
  const styles = useStyles();
  const [typed, setTyped] = useState(group);
  const [isWrong, setWrong] = useState(false);
  const saving = useMutation({
    mutationFn: (chosen: string) => api.POST("/api/v1/onboarding/department", { body: { group: chosen } }),
    onSuccess: onSaved,
  });
  return (
    <form
      className={styles.frame}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const wrong = !ADDRESS.test(typed.trim());
        setWrong(wrong);
        if (!wrong) saving.mutate(typed.trim());
      }}
    >
      <Field
        label={t("onboarding.group")}
        hint={t("onboarding.group_hint")}
        {...(isWrong ? { validationState: "error" as const, validationMessage: t("onboarding.group_wrong") } : {})}
      >
        <Input
          type="email"
          value={typed}
          maxLength={320}
          onChange={(_, data) => {
            setTyped(data.value);
          }}
        />
      </Field>
      <div className={styles.row}>
        <Button type="submit" disabled={saving.isPending}>
          {t("onboarding.group_save")}
        </Button>
        <Button
          type="button"
          disabled={saving.isPending}
          onClick={() => {
            setTyped("");
            setWrong(false);
            saving.mutate("");
          }}
        >
          {t("onboarding.group_everybody")}
        </Button>
      </div>
      {saving.error ? <ProblemView error={saving.error} /> : null}
    </form>
  );
}
