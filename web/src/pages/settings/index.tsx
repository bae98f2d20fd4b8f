import { useNavigate, useSearch } from '@tanstack/react-router';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../app/session';
import { Note } from '../../ui/parts';
import { useTitle } from '../../ui/title';
import { Agents } from './agents';
import { Audit } from './audit';
import { Calendars } from './calendars';
import { Outbox } from './outbox';
import { Queues } from './queues';
import { Tokens } from './tokens';
import { Users } from './users';
import { Webhooks } from './webhooks';
import '../../styles/files.css';

/** Who may sign in, what programs may do, what is on its way, and who did what. */
export function SettingsPage() {
  const { t } = useTranslation();
  useTitle(t('nav.settings'));
  const may = useMay();
  const { tab } = useSearch({ from: '/settings' });
  const navigate = useNavigate({ from: '/settings' });
  const tabs = [
    ...(may.administer ? ['users'] : []),
    'agents',
    'queues',
    'calendars',
    ...(may.administer ? ['tokens'] : []),
    ...(may.operate ? ['webhooks', 'outbox'] : []),
    ...(may.administer ? ['audit'] : []),
  ];
  if (!may.administer && !may.operate) {
    return (
      <>
        <h1>{t('nav.settings')}</h1>
        <Note tone="warn">{t('settings.not-yours')}</Note>
      </>
    );
  }
  const shown = tab && tabs.includes(tab) ? tab : (tabs[0] ?? 'agents');
  return (
    <>
      <h1>{t('nav.settings')}</h1>
      <Tabs
        className="tabs"
        selectedKey={shown}
        onSelectionChange={(key) => void navigate({ search: { tab: String(key) } })}
      >
        <TabList className="tablist" aria-label={t('nav.settings')}>
          {tabs.map((id) => (
            <Tab key={id} id={id} className="tab">
              {t(`settings.${id}`)}
            </Tab>
          ))}
        </TabList>
        <TabPanel id="users">
          <Users />
        </TabPanel>
        <TabPanel id="agents">
          <Agents />
        </TabPanel>
        <TabPanel id="queues">
          <Queues />
        </TabPanel>
        <TabPanel id="calendars">
          <Calendars />
        </TabPanel>
        <TabPanel id="webhooks">
          <Webhooks />
        </TabPanel>
        <TabPanel id="tokens">
          <Tokens />
        </TabPanel>
        <TabPanel id="outbox">
          <Outbox />
        </TabPanel>
        <TabPanel id="audit">
          <Audit />
        </TabPanel>
      </Tabs>
    </>
  );
}
