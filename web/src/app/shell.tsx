import { Link, Outlet, useLocation } from '@tanstack/react-router';
import {
  ChartColumn,
  Contact,
  Headset,
  LayoutDashboard,
  PhoneCall,
  Settings,
  User,
  Waypoints,
} from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLive } from '../live';
import { InCall } from '../pages/desk/incall';
import { Ringing } from '../pages/desk/ringing';
import { AgentBadge } from '../ui/agent';
import { useCommand } from '../ui/command';
import { useKeptFocus } from '../ui/focus';
import { Button, Dialog, Trouble } from '../ui/parts';
import { Since } from '../ui/time';
import { OwnPassword } from './password';
import { Preferences } from './preferences';
import { useMay, useMe, useSession } from './session';
import { SessionOver } from './signin';

/** What a page is called; on a phone there is room for a short word. */
function Name({ page, whole }: { page: string; whole: string }) {
  const { t } = useTranslation();
  return (
    <>
      <span className="whole">{whole}</span>
      <span className="short">{t(`nav-short.${page}`)}</span>
    </>
  );
}

function Pages() {
  const { t } = useTranslation();
  const me = useMe();
  const may = useMay();
  return (
    <nav className="side" aria-label={t('nav.title')}>
      <div className="brand">
        <img src="/favicon.svg" alt="" />
        Zeroline
      </div>
      {(me.agent || may.serve) && (
        <Link to="/desk">
          <Headset className="icon" aria-hidden="true" />
          <Name page="desk" whole={t('nav.desk')} />
        </Link>
      )}
      <Link to="/board">
        <LayoutDashboard className="icon" aria-hidden="true" />
        <Name page="board" whole={t('nav.board')} />
      </Link>
      <Link to="/contacts">
        <Contact className="icon" aria-hidden="true" />
        <Name page="contacts" whole={t('nav.contacts')} />
      </Link>
      {may.seeAll && (
        <Link to="/reports">
          <ChartColumn className="icon" aria-hidden="true" />
          <Name page="reports" whole={t('reports.title')} />
        </Link>
      )}
      <Link to="/lines">
        <Waypoints className="icon" aria-hidden="true" />
        <Name page="lines" whole={t('nav.lines')} />
      </Link>
      <Link to="/try">
        <PhoneCall className="icon" aria-hidden="true" />
        <Name page="try" whole={t('nav.try')} />
      </Link>
      {(may.administer || may.operate) && (
        <Link to="/settings">
          <Settings className="icon" aria-hidden="true" />
          <Name page="settings" whole={t('nav.settings')} />
        </Link>
      )}
    </nav>
  );
}

function Person() {
  const { t } = useTranslation();
  const me = useMe();
  const { signOut } = useSession();
  const [open, setOpen] = useState(false);
  const leave = useCommand(() => signOut());
  return (
    <>
      <Button look="quiet" onPress={() => setOpen(true)}>
        <User className="icon" aria-hidden="true" />
        {me.who}
      </Button>
      <Dialog title={me.who} open={open} onClose={() => setOpen(false)}>
        <section>
          <p className="muted">
            {t(`role.${me.role}`, { defaultValue: me.role })}
            {me.agent ? ` · ${t('person.phone', { agent: me.agent })}` : ''}
          </p>
          <Preferences />
          <OwnPassword />
          {leave.problem && <Trouble error={leave.problem} />}
          <div className="row spread">
            <Button onPress={() => leave.run(undefined)} isPending={leave.busy}>
              {t('signout')}
            </Button>
            <Button look="primary" onPress={() => setOpen(false)}>
              {t('close')}
            </Button>
          </div>
        </section>
      </Dialog>
    </>
  );
}

/** Says so when what is shown may be old. */
function Connection() {
  const { t } = useTranslation();
  const { status, lostSince } = useLive();
  return (
    <div role="status">
      {status === 'lost' && lostSince !== null && (
        <p className="strip">
          <strong>{t('live.lost')}</strong>
          <span>
            {t('live.old')} <Since at={new Date(lostSince).toISOString()} />
          </span>
        </p>
      )}
    </div>
  );
}

function Own() {
  const me = useMe();
  const { picture } = useLive();
  // The desk has it, larger.
  const desk = useLocation({ select: (l) => l.pathname === '/desk' });
  const agent = me.agent ? picture.agents[me.agent] : undefined;
  return agent && !desk ? <AgentBadge agent={agent} /> : null;
}

/** What is around every page. */
export function Shell() {
  const { t } = useTranslation();
  useKeptFocus();
  const wall = useLocation({
    // As it was written into the address, or as it was read from there.
    select: (l) => 'wall' in l.search && String(l.search.wall) === 'true',
  });
  return (
    <div className={wall ? 'shell wall' : 'shell'}>
      <a className="skip" href="#main">
        {t('nav.skip')}
      </a>
      <Pages />
      <div className="body">
        <header className="top">
          <div className="grow" />
          <Own />
          <Person />
        </header>
        <Connection />
        <Ringing />
        <InCall />
        <main id="main" className="main" tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <SessionOver />
    </div>
  );
}
