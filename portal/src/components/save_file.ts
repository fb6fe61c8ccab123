/** Saving an answer of the API as a file, under the name that the API gave it. */
import { useMutation } from "@tanstack/react-query";

interface FileAnswer {
  readonly data?: unknown;
  readonly response: Response;
}

export interface SaveFile {
  readonly save: (load: () => Promise<FileAnswer>) => void;
  readonly isSaving: boolean;
  readonly error: unknown;
}

function nameOf(response: Response): string {
  const header = response.headers.get("Content-Disposition") ?? "";
  const extended = /filename\*=UTF-8''([^;]+)/i.exec(header)?.[1];
  const plain = /filename="?([^";]+)"?/i.exec(header)?.[1];
  try {
    return (extended ? decodeURIComponent(extended) : plain) ?? "";
  } catch {
    return plain ?? "";
  }
}

export function saveBlob(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser reads the address after the click; a minute is enough for any of them.
  window.setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 60_000);
}

/** `load` asks the API with `parseAs: "blob"`; `fallback` is the name where the API gives none. */
export function useSaveFile(fallback: string): SaveFile {
  const saving = useMutation({
    mutationFn: async (load: () => Promise<FileAnswer>) => {
      const { data, response } = await load();
      if (data instanceof Blob) saveBlob(data, nameOf(response) || fallback);
    },
  });
  return {
    save: (load) => {
      saving.mutate(load);
    },
    isSaving: saving.isPending,
    error: saving.error,
  };
}
