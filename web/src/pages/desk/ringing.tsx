import { Link } from '@tanstack/react-router';
import { PhoneIncoming } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { usePhone } from './phone';
import { useReason } from './words';

const TITLE = 'Zeroline';

/** Says on every page that the phone rings: in a strip, in the title, and to who looks elsewhere. */
export function Ringing() {
  const { t } = useTranslation();
  const reason = useReason();
  const phone = usePhone();
  const card = phone.state === 'ringing' ? phone.card : null;
  const contact = phone.state === 'ringing' ? phone.contact : null;
  const about = card?.subject ?? card?.line ?? phone.call?.line ?? '';
  const why = card?.reason ? reason(card.reason) : '';
  const words = t('ring.title', { about });

  useEffect(() => {
    if (contact === null) return;
    let on = true;
    document.title = words;
    const flash = setInterval(() => {
      on = !on;
      document.title = on ? words : TITLE;
    }, 1_000);
    return () => {
      clearInterval(flash);
      document.title = TITLE;
    };
  }, [contact, words]);

  useEffect(() => {
    if (contact === null || !('Notification' in globalThis)) return;
    if (Notification.permission !== 'granted' || document.visibilityState === 'visible') return;
    // No number: screens are seen by others. The tag makes one of what several tabs say.
    const told = new Notification(words, { body: why, tag: `zeroline-${contact}` });
    told.onclick = () => {
      window.focus();
      told.close();
    };
    return () => told.close();
  }, [contact, words, why]);

  return (
    <div role="alert">
      {contact !== null && (
        <p className="strip ring">
          <PhoneIncoming className="icon" aria-hidden="true" />
          <strong>{words}</strong>
          {why && <span>{why}</span>}
          <Link to="/desk">{t('ring.show')}</Link>
        </p>
      )}
    </div>
  );
}
