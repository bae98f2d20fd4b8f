import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, type Schemas } from '../../api/client';
import { problemOf } from '../../api/problem';
import { Loading, Trouble } from '../../ui/parts';

export type Settings = Schemas['SettingsView'] & {
  /** Stands for all that is in the file. */
  tag: string;
};

export function useSettings() {
  return useQuery({
    queryKey: ['settings'],
    staleTime: 60_000,
    queryFn: async (): Promise<Settings> => {
      const { data, error, response } = await api.GET('/api/v1/settings');
      if (!response.ok || !data) throw problemOf(response.status, error);
      return { ...data, tag: response.headers.get('etag') ?? '' };
    },
  });
}

/** What is shown is written in a file: which one, and in which part of it. */
export function Written({ settings, section }: { settings: Settings; section: string }) {
  const { t } = useTranslation();
  return (
    <p className="hint">
      {settings.file ? t('files.in') : t('files.none')}{' '}
      {settings.file && <code>{settings.file}</code>} <code>{section}</code>
    </p>
  );
}

/** The settings, or that they are on their way, or why they are not. */
export function WithSettings({ children }: { children: (settings: Settings) => React.ReactNode }) {
  const found = useSettings();
  if (found.isPending) return <Loading />;
  if (found.error) return <Trouble error={found.error} again={() => void found.refetch()} />;
  return <>{children(found.data)}</>;
}
