import { useTranslation } from 'react-i18next';
import { Badge, Button, Note } from '../../../ui/parts';
import type { Mistake } from './use';

interface Props {
  mistakes: readonly Mistake[];
  late: boolean;
  /** Whose call is drawn. */
  drawn: Mistake | null;
  go: (mistake: Mistake) => void;
  draw: (mistake: Mistake | null) => void;
}

/** What is wrong with a draft, the server's words; each leads to its place. */
export function Problems({ mistakes, late, drawn, go, draw }: Props) {
  const { t } = useTranslation();
  const refused = mistakes.filter((m) => m.refused).length;
  return (
    <>
      <div role="status">
        {late ? (
          <p className="loading">{t('menus.checking')}</p>
        ) : refused > 0 ? (
          <Badge tone="bad">{t('menus.mistakes', { count: refused })}</Badge>
        ) : (
          <Badge tone="good">{t('menus.good')}</Badge>
        )}
      </div>
      {mistakes.length > 0 && (
        <ul className="list tight problems">
          {mistakes.map((m) => (
            <li key={`${m.file} ${m.line} ${m.column} ${m.what}`} className="stack tight">
              <span className="row">
                <Badge tone={m.refused ? 'bad' : 'warn'}>
                  {t(m.refused ? 'menus.mistake' : 'menus.warning')}
                </Badge>
                {m.file && (
                  <Button look="quiet" onPress={() => go(m)}>
                    {m.file}:{m.line}
                  </Button>
                )}
              </span>
              <span lang="en">{m.what}</span>
              {m.remedy && (
                <span lang="en" className="muted small">
                  {m.remedy}
                </span>
              )}
              {m.call && (
                <Note tone="warn">
                  <span>{t('menus.call')}</span>
                  <span lang="en">{m.call.words}</span>
                  <span>
                    <Button onPress={() => draw(drawn === m ? null : m)}>
                      {t(drawn === m ? 'menus.undraw' : 'menus.draw')}
                    </Button>
                  </span>
                </Note>
              )}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
