/** A table as a file, in either form. */
import { Button, makeStyles, tokens } from "@fluentui/react-components";
import { ArrowDownloadRegular } from "@fluentui/react-icons";

import { useApi } from "../../../app/api_context";
import { ProblemView } from "../../../components/problem_view";
import { useSaveFile } from "../../../components/save_file";
import { useText } from "../../../text/language";
import type { TableName } from "./tables";

const useStyles = makeStyles({
  buttons: { display: "flex", flexWrap: "wrap", gap: tokens.spacingHorizontalS },
});

interface Props {
  readonly table: TableName;
  readonly scope: string;
}

export function ExportButtons({ table, scope }: Props) {
  const t = useText();
  const api = useApi();
  const styles = useStyles();
  const file = useSaveFile(table);
  return (
    <>
      <div className={styles.buttons}>
        {(["csv", "json"] as const).map((format) => (
          <Button
            key={format}
            icon={<ArrowDownloadRegular />}
            disabled={file.isSaving}
            onClick={() => {
              file.save(() =>
                api.GET("/api/v1/export", { params: { query: { table, scope, format } }, parseAs: "blob" }),
              );
            }}
          >
            {t(`exchange.export_${format}`)}
          </Button>
        ))}
      </div>
      {file.error ? <ProblemView error={file.error} /> : null}
    </>
  );
}
