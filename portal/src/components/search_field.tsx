/** A search box that tells what stands in it once the typing pauses, and never in the middle of a Japanese conversion. */
import { SearchBox } from "@fluentui/react-components";
import { useCallback, useEffect, useState } from "react";

interface Props {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly onSearch: (text: string) => void;
  readonly className?: string | undefined;
}

const PAUSE_MS = 300;

export function SearchField({ label, hint, value, onSearch, className }: Props) {
  const [typed, setTyped] = useState(value);
  const [seen, setSeen] = useState(value);
  const [sent, setSent] = useState(value);
  const [composing, setComposing] = useState(false);
  // Cleared or changed from outside (a button, the browser's back), and not the echo of what was typed here.
  if (seen !== value) {
    setSeen(value);
    if (value !== sent) {
      setSent(value);
      setTyped(value);
    }
  }
  const send = useCallback(
    (text: string) => {
      setSent(text);
      onSearch(text);
    },
    [onSearch],
  );
  useEffect(() => {
    if (composing || typed === sent) return undefined;
    const later = window.setTimeout(() => {
      send(typed);
    }, PAUSE_MS);
    return () => {
      window.clearTimeout(later);
    };
  }, [typed, sent, composing, send]);
  return (
    <SearchBox
      aria-label={label}
      {...(hint ? { placeholder: hint } : {})}
      {...(className ? { className } : {})}
      value={typed}
      maxLength={200}
      onChange={(_, data) => {
        setTyped(data.value);
      }}
      input={{
        onCompositionStart: () => {
          setComposing(true);
        },
        onCompositionEnd: () => {
          setComposing(false);
        },
        onKeyDown: (event) => {
          if (event.key === "Enter" && !event.nativeEvent.isComposing) send(typed);
        },
      }}
    />
  );
}
