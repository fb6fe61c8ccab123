/** Importing a file through the API, first as a preview, then for good. */
import { useMutation, useQueryClient, type UseMutationResult } from "@tanstack/react-query";

import { bodyOf } from "../../../api/client";
import type { components } from "../../../api/schema.gen";
import { useApi } from "../../../app/api_context";
import type { TableName } from "./tables";

export type ImportResult = components["schemas"]["ImportResult"];
export type Mode = "update" | "replace";

export interface Wanted {
  readonly file: File;
  readonly mode: Mode;
  readonly preview: boolean;
}

/** Bytes; as the API has it. */
export const LARGEST_FILE = 20 * 1024 * 1024;

export function mediaTypeOf(name: string): "text/csv" | "application/json" | undefined {
  if (/\.csv$/i.test(name)) return "text/csv";
  return /\.json$/i.test(name) ? "application/json" : undefined;
}

export function useImport(table: TableName, scope: string): UseMutationResult<ImportResult, Error, Wanted> {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ file, mode, preview }: Wanted) =>
      bodyOf(
        await api.POST("/api/v1/import", {
          params: { query: { table, scope, mode, preview } },
          headers: { "Content-Type": mediaTypeOf(file.name) ?? "text/csv" },
          // The file goes as it is; the document calls such a body a string.
          body: file as unknown as string,
          bodySerializer: (body: unknown) => body as BodyInit,
        }),
      ),
    onSuccess: async (result) => {
      if (result.saved) await queries.invalidateQueries();
    },
  });
}
