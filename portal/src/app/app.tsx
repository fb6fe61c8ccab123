/** From nothing to the signed-on person's pages: configuration, sign-on, who am I, routes. */
import { Button, makeStyles, Spinner, Title1, tokens, Body1 } from "@fluentui/react-components";
import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useMemo, useState, type ComponentType, type ReactNode } from "react";
import { createBrowserRouter, RouterProvider, useNavigate } from "react-router";

import { bodyOf, makeApi } from "../api/client";
import { ApiProblem } from "../api/problem";
import { PageFrame } from "../components/page_frame";
import { ProblemView } from "../components/problem_view";
import { type Configuration, loadConfiguration } from "../configuration";
import { Session } from "../sign_on/session";
import { loadPageTexts } from "../text/catalogue";
import { useLanguage, useText } from "../text/language";
import { SignedContext, useMe } from "./api_context";
import { opens } from "./opens";
import type { Page } from "./page";
import { PAGES } from "./pages";
import { Shell } from "./shell";

const useStyles = makeStyles({
  middle: {
    minHeight: "100vh",
    boxSizing: "border-box",
    display: "flex",
    flexDirection: "column",
    alignItems: "center",
    justifyContent: "center",
    gap: tokens.spacingVerticalL,
    padding: tokens.spacingHorizontalXL,
    textAlign: "center",
  },
});

function Middle({ children }: { readonly children: ReactNode }) {
  return <main className={useStyles().middle}>{children}</main>;
}

/** Loaded when it is needed, which is when a session ends. */
const EndedDialog = lazy(() => import("./ended_dialog"));

/** Where somebody wanted to go before signing on. */
const WANTED = "matta.wanted";

interface Opened {
  readonly configuration: Configuration;
  readonly session: Session;
}

async function open(): Promise<Opened> {
  const configuration = await loadConfiguration();
  return { configuration, session: await Session.open(configuration) };
}

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // What the API refuses it refuses again; only no answer and 503 are worth another try.
      retry: (count, error) => count < 2 && error instanceof ApiProblem && (error.status === 0 || error.status === 503),
    },
    mutations: { retry: false },
  },
});

export function App() {
  return (
    <QueryClientProvider client={queries}>
      <Start />
    </QueryClientProvider>
  );
}

function Start() {
  const t = useText();
  const opened = useQuery({ queryKey: ["open"], queryFn: open, staleTime: Infinity, retry: false });
  if (opened.isPending) {
    return (
      <Middle>
        <Spinner label={t("common.loading")} />
      </Middle>
    );
  }
  if (opened.error) {
    return (
      <Middle>
        <ProblemView error={opened.error} onRetry={() => void opened.refetch()} />
      </Middle>
    );
  }
  return opened.data.session.isSignedOn ? <SignedOn {...opened.data} /> : <Welcome session={opened.data.session} />;
}

function Welcome({ session }: { readonly session: Session }) {
  const t = useText();
  return (
    <Middle>
      <Title1 as="h1">{t("common.product")}</Title1>
      <Body1>{t("access.sign_on_lead")}</Body1>
      <Button
        appearance="primary"
        size="large"
        onClick={() => {
          window.sessionStorage.setItem(WANTED, window.location.pathname + window.location.search);
          void session.signOn();
        }}
      >
        {t("access.sign_on")}
      </Button>
    </Middle>
  );
}

function SignedOn({ configuration, session }: Opened) {
  const t = useText();
  const { language } = useLanguage();
  /** Nothing until a session has ended for the first time; the dialog then stays, open or closed. */
  const [ended, setEnded] = useState<boolean | null>(null);
  const api = useMemo(
    () => makeApi(configuration.api_url, { token: (renew) => session.token(renew), language: () => document.documentElement.lang }),
    [configuration.api_url, session],
  );
  useEffect(() => {
    session.onEnd(() => {
      setEnded(true);
    });
  }, [session]);
  const me = useQuery({
    queryKey: ["me", language],
    queryFn: async ({ signal }) => bodyOf(await api.GET("/api/v1/me", { signal })),
    placeholderData: (before) => before,
  });
  const version = configuration.version;
  const signed = useMemo(() => (me.data ? { api, session, me: me.data, version } : null), [api, session, me.data, version]);
  if (me.isPending) {
    return (
      <Middle>
        <Spinner label={t("access.signing_on")} />
      </Middle>
    );
  }
  if (!signed) {
    return (
      <Middle>
        <Title1 as="h1">{t("access.refused_title")}</Title1>
        <ProblemView error={me.error} onRetry={() => void me.refetch()} />
        <Button onClick={() => void session.signOut()}>{t("common.sign_out")}</Button>
      </Middle>
    );
  }
  return (
    <SignedContext value={signed}>
      <RouterProvider router={router()} />
      {ended !== null ? (
        <Suspense>
          <EndedDialog
            open={ended}
            onCancel={() => {
              setEnded(false);
            }}
            onConfirm={() => {
              void session.signOnAgain().then(() => {
                setEnded(false);
                void queries.invalidateQueries();
              });
            }}
          />
        </Suspense>
      ) : null}
    </SignedContext>
  );
}

let made: ReturnType<typeof createBrowserRouter> | null = null;

/** Made when somebody has signed on, since the address then is the one that they wanted. */
function router(): ReturnType<typeof createBrowserRouter> {
  if (made) return made;
  const wanted = window.sessionStorage.getItem(WANTED);
  window.sessionStorage.removeItem(WANTED);
  if (wanted?.startsWith("/") && !wanted.startsWith("//")) window.history.replaceState(null, "", wanted);
  made = createBrowserRouter([
    {
      path: "/",
      Component: Shell,
      children: [
        ...PAGES.map((page) => ({ path: page.path, Component: guarded(page) })),
        { path: "*", Component: NoSuchPage },
      ],
    },
  ]);
  return made;
}

/** The page for those whose it is; others who have its address are told so, and its code is not loaded. */
function guarded(page: Page): ComponentType {
  const Code = lazy(() => opened(page));
  return function Guarded() {
    const t = useText();
    return opens(useMe(), page) ? (
      <Code />
    ) : (
      <PageFrame title={t(page.title)}>
        <Body1 role="alert">{t("problems.not-allowed")}</Body1>
      </PageFrame>
    );
  };
}

/** A page's code, and the texts of pages with it. The start page says nothing that the frame does not. */
async function opened(page: Page): ReturnType<Page["load"]> {
  const [code] = await Promise.all([page.load(), page.path === "" ? null : loadPageTexts()]);
  return code;
}

function NoSuchPage() {
  const t = useText();
  const navigate = useNavigate();
  return (
    <PageFrame title={t("common.not_found_title")}>
      <Body1>{t("common.not_found_text")}</Body1>
      <div>
        <Button onClick={() => void navigate("/")}>{t("common.to_start")}</Button>
      </div>
    </PageFrame>
  );
}
