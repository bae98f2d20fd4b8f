import {
  createRootRoute,
  createRoute,
  createRouter,
  Link,
  lazyRouteComponent,
  Navigate,
  parseSearchWith,
  stringifySearchWith,
} from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { BoardPage } from '../pages/board';
import { ContactsPage } from '../pages/contacts';
import { ContactPage } from '../pages/contacts/contact';
import { DeskPage } from '../pages/desk';
import { reportSearch } from '../pages/reports/range';
import { SettingsPage } from '../pages/settings';
import { Loading, Trouble } from '../ui/parts';
import { useMe } from './session';
import { Shell } from './shell';

function NotFound() {
  const { t } = useTranslation();
  return (
    <>
      <h1>{t('lost.title')}</h1>
      <p>
        {t('lost.text')} <Link to="/">{t('lost.home')}</Link>
      </p>
    </>
  );
}

/** Agents begin at their desk, others at the board. */
function Home() {
  const me = useMe();
  return <Navigate to={me.agent ? '/desk' : '/board'} replace />;
}

/** A text of an address, bounded. */
function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, 64) : undefined;
}

const root = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
  errorComponent: ({ error }) => <Trouble error={error} />,
});
const home = createRoute({ getParentRoute: () => root, path: '/', component: Home });
const desk = createRoute({ getParentRoute: () => root, path: '/desk', component: DeskPage });
const board = createRoute({
  getParentRoute: () => root,
  path: '/board',
  component: BoardPage,
  validateSearch: (search: Record<string, unknown>): { wall?: true; queue?: string } => {
    const queue = text(search.queue);
    return {
      ...(search.wall === true || search.wall === 'true' ? { wall: true } : {}),
      ...(queue ? { queue } : {}),
    };
  },
});

/** What contacts are looked for. */
export interface ContactSearch {
  line?: string;
  queue?: string;
  agent?: string;
  code?: string;
  outcome?: string;
  digits?: string;
  /** Days, by the clock of whoever looks: `2026-11-29`. */
  from?: string;
  to?: string;
}

const contacts = createRoute({
  getParentRoute: () => root,
  path: '/contacts',
  component: ContactsPage,
  validateSearch: (search: Record<string, unknown>): ContactSearch => {
    const found: ContactSearch = {};
    for (const key of [
      'line',
      'queue',
      'agent',
      'code',
      'outcome',
      'digits',
      'from',
      'to',
    ] as const) {
      const value = text(search[key]);
      if (value) found[key] = value;
    }
    return found;
  },
});
const contact = createRoute({
  getParentRoute: () => root,
  path: '/contacts/$contact',
  component: ContactPage,
});
// The graph's library is large, and few look at lines.
const lines = createRoute({
  getParentRoute: () => root,
  path: '/lines',
  component: lazyRouteComponent(() => import('../pages/lines'), 'LinesPage'),
  validateSearch: (search: Record<string, unknown>): { line?: string; tab?: string } => {
    const [line, tab] = [text(search.line), text(search.tab)];
    return { ...(line ? { line } : {}), ...(tab ? { tab } : {}) };
  },
});
// So is what calls.
const tryIt = createRoute({
  getParentRoute: () => root,
  path: '/try',
  component: lazyRouteComponent(() => import('../pages/try'), 'TryPage'),
  validateSearch: (search: Record<string, unknown>): { line?: string } => {
    const line = text(search.line);
    return line ? { line } : {};
  },
});
// So are charts.
const reports = createRoute({
  getParentRoute: () => root,
  path: '/reports',
  component: lazyRouteComponent(() => import('../pages/reports'), 'ReportsPage'),
  validateSearch: reportSearch,
});
const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: SettingsPage,
  validateSearch: (search: Record<string, unknown>): { tab?: string } => {
    const tab = text(search.tab);
    return tab ? { tab } : {};
  },
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    desk,
    board,
    contacts,
    contact,
    lines,
    tryIt,
    reports,
    settings,
  ]),
  defaultPendingComponent: Loading,
  scrollRestoration: true,
  // Text stays text: `?digits=0177` is no number.
  parseSearch: parseSearchWith((value) => value),
  stringifySearch: stringifySearchWith(String),
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
