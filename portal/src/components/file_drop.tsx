/** Choosing a file: with a button, by keyboard, or by dropping it. */
import { Body1, Button, Caption1, makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { DocumentArrowUpRegular } from "@fluentui/react-icons";
import { useId, useRef, useState, type DragEvent } from "react";

import { useText } from "../text/language";

const useStyles = makeStyles({
  place: {
    display: "flex",
    flexDirection: "column",
    alignItems: "center",
    gap: tokens.spacingVerticalS,
    padding: tokens.spacingHorizontalXL,
    textAlign: "center",
    overflowWrap: "anywhere",
    border: `1px dashed ${tokens.colorNeutralStrokeAccessible}`,
    borderRadius: tokens.borderRadiusLarge,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  over: { backgroundColor: tokens.colorBrandBackground2, border: `1px dashed ${tokens.colorBrandStroke1}` },
  hidden: { display: "none" },
  icon: { fontSize: "2rem", color: tokens.colorBrandForeground1 },
  hint: { color: tokens.colorNeutralForeground2 },
});

interface Props {
  readonly label: string;
  /** As the `accept` of a file input has it. */
  readonly accept: string;
  /** What was chosen, in words; empty before. */
  readonly chosen: string;
  readonly disabled?: boolean;
  readonly onFile: (file: File) => void;
}

export function FileDrop({ label, accept, chosen, disabled = false, onFile }: Props) {
  const t = useText();
  const styles = useStyles();
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setIsOver] = useState(false);
  const id = useId();
  function drag(event: DragEvent, over: boolean) {
    event.preventDefault();
    setIsOver(over && !disabled);
  }
  return (
    <div
      className={mergeClasses(styles.place, isOver && styles.over)}
      role="group"
      aria-labelledby={id}
      onDragOver={(event) => {
        drag(event, true);
      }}
      onDragLeave={(event) => {
        drag(event, false);
      }}
      onDrop={(event) => {
        drag(event, false);
        const file = event.dataTransfer.files[0];
        if (file && !disabled) onFile(file);
      }}
    >
      <DocumentArrowUpRegular className={styles.icon} aria-hidden />
      <Body1 id={id}>{label}</Body1>
      <input
        ref={input}
        type="file"
        accept={accept}
        aria-label={label}
        className={styles.hidden}
        onChange={(event) => {
          const file = event.target.files?.[0];
          // The same file may be chosen again after it was corrected.
          event.target.value = "";
          if (file) onFile(file);
        }}
      />
      <Button disabled={disabled} onClick={() => input.current?.click()}>
        {chosen ? t("exchange.another") : t("exchange.choose")}
      </Button>
      <Caption1 className={styles.hint} aria-live="polite">
        {chosen || t("exchange.drop")}
      </Caption1>
    </div>
  );
}
