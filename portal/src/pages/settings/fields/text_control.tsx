/** A text: one line, several, code, a time, a password, or the name of something that exists. */
import { Button, Input, makeStyles, Select, Textarea, tokens } from "@fluentui/react-components";
import { EyeOffRegular, EyeRegular } from "@fluentui/react-icons";
import { useState } from "react";

import { useText } from "../../../text/language";
import { type Named, useEditor } from "../draft/editor_context";
import type { ControlProps } from "./control";

const useStyles = makeStyles({ code: { fontFamily: tokens.fontFamilyMonospace } });

interface Props extends ControlProps<string> {
  readonly control: string;
}

export function TextControl(common: Props) {
  const { props, control, value, readOnly, onChange } = common;
  const styles = useStyles();
  const { names } = useEditor();
  switch (control) {
    case "long":
      return (
        <Textarea
          {...props}
          value={value}
          readOnly={readOnly}
          resize="vertical"
          onChange={(_, data) => {
            onChange(data.value);
          }}
        />
      );
    case "password":
      return <PasswordControl {...common} />;
    case "template":
      return <NameControl {...common} offered={names.templates} />;
    case "route":
      return <NameControl {...common} offered={names.routes} />;
    case "group":
      return names.groups.length > 0 ? <NameControl {...common} offered={names.groups} /> : <PlainControl {...common} />;
    default:
      return <PlainControl {...common} {...(control === "text" ? {} : { className: styles.code })} />;
  }
}

function PlainControl({ props, control, value, readOnly, onChange, className }: Props & { readonly className?: string }) {
  return (
    <Input
      {...props}
      {...(className ? { className } : {})}
      value={value}
      readOnly={readOnly}
      {...(control === "time" ? { placeholder: "09:00", inputMode: "numeric" as const } : {})}
      onChange={(_, data) => {
        onChange(data.value);
      }}
    />
  );
}

function PasswordControl({ props, value, readOnly, onChange }: Props) {
  const t = useText();
  const [seen, setSeen] = useState(false);
  return (
    <Input
      {...props}
      type={seen ? "text" : "password"}
      autoComplete="new-password"
      value={value}
      readOnly={readOnly}
      contentAfter={
        <Button
          appearance="transparent"
          size="small"
          icon={seen ? <EyeOffRegular /> : <EyeRegular />}
          aria-label={seen ? t("policies.zip.hide") : t("policies.zip.show")}
          onClick={() => {
            setSeen(!seen);
          }}
        />
      }
      onChange={(_, data) => {
        onChange(data.value);
      }}
    />
  );
}

function NameControl({ props, value, readOnly, onChange, offered }: Props & { readonly offered: readonly Named[] }) {
  const t = useText();
  const known = offered.some((one) => one.id === value);
  return (
    <Select
      {...props}
      value={value}
      disabled={readOnly}
      onChange={(_, data) => {
        onChange(data.value);
      }}
    >
      <option value="">{t("policies.nothing_chosen")}</option>
      {known || value === "" ? null : <option value={value}>{t("policies.unknown_name", { name: value })}</option>}
      {offered.map((one) => (
        <option key={one.id} value={one.id}>
          {one.name || one.id}
        </option>
      ))}
    </Select>
  );
}
