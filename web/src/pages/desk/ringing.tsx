import { Link, useLocation } from '@tanstack/react-router';
import { PhoneIncoming } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { setUrgent } from '../../ui/title';
import { AnswerButtons } from './controls';
import { usePhone } from './phone';
import { useReason } from './words';

/** Says on every page that the phone rings: in a strip, in the title, and to who looks elsewhere. */
export function Ringing() {
  const { t } = useTranslation();
  const reason = useReason();
  const phone = usePhone();
  const card = phone.state === 'ringing' ? phone.card : null;
  const ours = phone.line !== null && phone.line.stage !== 'talking';
  // A colleague's call is about no contact.
  const contact = phone.state === 'ringing' || ours ? (phone.contact ?? 'line') : null;
  const desk = useLocation({ select: (l) => l.pathname === '/desk' });
  const about = card?.subject ?? card?.line ?? phone.call?.line ?? phone.line?.from ?? '';
  const why = card?.reason ? reason(card.reason) : '';
  const words = t('ring.title', { about });

  useEffect(() => {
    if (contact === null) return;
    let on = true;
    setUrgent(words);
    const flash = setInterval(() => {
      on = !on;
      setUrgent(on ? words : null);
    }, 1_000);
    return () => {
      clearInterval(flash);
      setUrgent(null);
    };
  }, [contact, words]);

  useEffect(() => {
    if (contact === null || !('Notification' in globalThis)) return;
    if (Notification.permission !== 'granted' || document.visibilityState === 'visible') return;
    // What it is about comes a moment later.
    if (about === '') return;
    // No number: screens are seen by others. The tag makes one of what several tabs say.
    const told = new Notification(words, { body: why, tag: `zeroline-${contact}` });
    told.onclick = () => {
      window.focus();
      told.close();
    };
    return () => told.close();
  }, [contact, about, words, why]);

  return (
    <div role="alert">
      {contact !== null && (
        <p className="strip ring">
          <PhoneIncoming className="icon" aria-hidden="true" />
          <strong>{words}</strong>
          {why && <span>{why}</span>}
          <Link to="/desk">{t('ring.show')}</Link>
          {/* The desk has them beside the card. */}
          {phone.line && !desk && <AnswerButtons />}
        </p>
      )}
    </div>
  );
}
