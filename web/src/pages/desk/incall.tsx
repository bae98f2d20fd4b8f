import { Link, useLocation } from '@tanstack/react-router';
import { PhoneCall } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { usePagePhone } from '../../phone/provider';
import { LineButtons } from './controls';
import { PhoneTrouble } from './phonepanel';

/** Says on every page but the desk that this page's phone has a talk, or can not be rung. */
export function InCall() {
  const { t } = useTranslation();
  const { now } = usePagePhone();
  const desk = useLocation({ select: (l) => l.pathname === '/desk' });
  if (desk) return null;
  const trouble = now.ready.startsWith('microphone') || now.ready === 'refused';
  if (trouble) {
    return (
      <div className="strip">
        <PhoneTrouble />
      </div>
    );
  }
  if (now.line?.stage !== 'talking') return null;
  return (
    <div className="strip ring">
      <PhoneCall className="icon" aria-hidden="true" />
      <strong>{t('call.in-call')}</strong>
      {now.line.broken && <span>{t('call.broken')}</span>}
      <LineButtons />
      <Link to="/desk">{t('call.to-desk')}</Link>
    </div>
  );
}
