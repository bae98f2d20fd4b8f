import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/parts';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];

/** The keys of a phone. The same keys of the keyboard work while this part of the page has the focus. */
export function Keypad({ off, press }: { off: boolean; press: (key: string) => void }) {
  const { t } = useTranslation();
  return (
    <fieldset className="dialpad" aria-label={t('try.keypad')}>
      {KEYS.map((key) => (
        <Button key={key} isDisabled={off} onPress={() => press(key)}>
          <span className="key">{key}</span>
          {key === '0' && <span className="what">{t('try.person')}</span>}
        </Button>
      ))}
    </fieldset>
  );
}

/** The key of a phone that was pressed on the keyboard, if it was one. */
export function keyOf(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'metaKey'>) {
  if (event.ctrlKey || event.altKey || event.metaKey) return null;
  return KEYS.includes(event.key) ? event.key : null;
}
