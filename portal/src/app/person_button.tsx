/** The name of who is signed on, on the button that opens their menu. */
import { Button, type ButtonProps, makeStyles } from "@fluentui/react-components";
import { PersonRegular } from "@fluentui/react-icons";

import { useMe } from "./api_context";

const useStyles = makeStyles({ name: { "@media (max-width: 48rem)": { display: "none" } } });

/** Hands on what a menu's trigger is given. */
export function PersonButton(props: ButtonProps) {
  const me = useMe();
  const styles = useStyles();
  const name = me.name || me.address;
  return (
    <Button {...props} appearance="subtle" icon={<PersonRegular />} aria-label={name}>
      <span className={styles.name}>{name}</span>
    </Button>
  );
}
