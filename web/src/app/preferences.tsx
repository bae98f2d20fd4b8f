import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Pick } from '../ui/parts';
import { LANGUAGES, type Language, setLanguage } from './language';
import { setTheme, type Theme, theme } from './theme';

/** Language and theme. */
export function Preferences() {
  const { t, i18n } = useTranslation();
  const [now, setNow] = useState<Theme>(theme());
  return (
    <div className="small-print">
      <Pick
        label={t('language')}
        options={Object.entries(LANGUAGES).map(([id, text]) => ({ id, text }))}
        value={i18n.language}
        onChange={(id) => setLanguage(id as Language)}
      />
      <Pick
        label={t('theme.title')}
        options={(['system', 'light', 'dark'] as const).map((id) => ({
          id,
          text: t(`theme.${id}`),
        }))}
        value={now}
        onChange={(id) => {
          setTheme(id as Theme);
          setNow(id as Theme);
        }}
      />
    </div>
  );
}
