/** The next hops: routes by recipient domain, the servers of each, and a test of any server before it is saved. */
import { Button, makeStyles, Subtitle2, Text, tokens } from "@fluentui/react-components";
import { AddRegular, ArrowDownRegular, ArrowUpRegular, DeleteRegular } from "@fluentui/react-icons";

import { Section } from "../../../components/section";
import { useText } from "../../../text/language";
import { useEditor } from "../draft/editor_context";
import { FieldForm } from "../fields/field_form";
import { ROUTE_FORM, SERVER_BASICS, SERVER_FORM } from "../model/delivery_forms";
import { moveItem } from "../model/reorder";
import { isTenant, type Route } from "../model/types";
import { FormList } from "./form_list";
import { HopTest } from "./hop_test";
import { usePartStyles } from "./part_styles";
import { ServerMore } from "./server_more";

const useStyles = makeStyles({ servers: { paddingTop: tokens.spacingVerticalS } });

export default function RoutesPart() {
  const t = useText();
  const styles = usePartStyles();
  const { document, change, readOnly } = useEditor();
  if (!isTenant(document)) return null;
  const { routes } = document;
  const changeAll = (next: readonly Route[]) => {
    change({ ...document, routes: [...next] });
  };
  return (
    <>
      <Text className={styles.muted}>{t("settings.routes_lead")}</Text>
      {routes.map((route, index) => (
        <OneRoute
          key={index}
          route={route}
          index={index}
          count={routes.length}
          onChange={(next) => {
            changeAll(routes.with(index, next));
          }}
          onMove={(by) => {
            changeAll(moveItem(routes, index, index + by));
          }}
          onRemove={() => {
            changeAll(routes.toSpliced(index, 1));
          }}
        />
      ))}
      {readOnly ? null : (
        <div>
          <Button
            icon={<AddRegular />}
            onClick={() => {
              changeAll([...routes, { ...ROUTE_FORM.start, servers: [SERVER_FORM.start] }]);
            }}
          >
            {t("settings.route.add")}
          </Button>
        </div>
      )}
    </>
  );
}

interface OneProps {
  readonly route: Route;
  readonly index: number;
  readonly count: number;
  readonly onChange: (next: Route) => void;
  readonly onMove: (by: 1 | -1) => void;
  readonly onRemove: () => void;
}

function OneRoute({ route, index, count, onChange, onMove, onRemove }: OneProps) {
  const t = useText();
  const styles = useStyles();
  const { readOnly } = useEditor();
  const at = `$.routes[${index.toString()}]`;
  const title = route.name || route.domains[0] || t("settings.route.every_domain");
  return (
    <Section
      title={t("settings.route.title", { number: index + 1, name: title })}
      actions={
        readOnly ? null : (
          <span>
            <Button appearance="subtle" icon={<ArrowUpRegular />} disabled={index === 0} aria-label={t("settings.route.up", { name: title })} onClick={() => { onMove(-1); }} />
            <Button appearance="subtle" icon={<ArrowDownRegular />} disabled={index === count - 1} aria-label={t("settings.route.down", { name: title })} onClick={() => { onMove(1); }} />
            <Button appearance="subtle" icon={<DeleteRegular />} disabled={count === 1} aria-label={t("policies.texts.remove", { name: title })} onClick={onRemove} />
          </span>
        )
      }
    >
      <FieldForm form={ROUTE_FORM} value={route} at={at} onChange={onChange} />
      <div className={styles.servers}>
        <Subtitle2 as="h3">{t("settings.route.servers")}</Subtitle2>
        <FormList
          form={SERVER_FORM}
          only={SERVER_BASICS}
          items={route.servers}
          at={`${at}.servers`}
          nameOf={(server) => server.host}
          addLabel={t("settings.server.add")}
          emptyText={t("settings.server.none")}
          onChange={(servers) => {
            onChange({ ...route, servers: [...servers] });
          }}
          below={(server, place, change) => (
            <>
              <ServerMore server={server} at={place} onChange={change} />
              <HopTest server={server} />
            </>
          )}
        />
      </div>
    </Section>
  );
}
