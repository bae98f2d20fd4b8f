import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, got, type Schemas } from '../../api/client';
import { useCommand } from '../../ui/command';
import { Badge, Button, Empty, Note, Panel, Trouble } from '../../ui/parts';
import type { MenuFile } from './edit/files';

type Told = Schemas['TestsView'];

/** The tests that are kept beside the menus, and what they reach. */
export function Tests({ files }: { files: readonly MenuFile[] }) {
  const { t } = useTranslation();
  const [told, setTold] = useState<Told | null>(null);
  const run = useCommand(
    () => got(api.POST('/api/v1/menus/tests', { body: { files: [...files] } })),
    {
      done: setTold,
    },
  );
  const failed = told?.tests?.filter((x) => !x.passed).length ?? 0;
  return (
    <Panel
      title={t('walk.tests')}
      more={
        <Button onPress={() => run.run(undefined)} isPending={run.busy}>
          {t(run.busy ? 'walk.running' : 'walk.run')}
        </Button>
      }
    >
      <p className="hint">{t('walk.tests-hint')}</p>
      {run.problem && <Trouble error={run.problem} />}
      {told?.mistakes && told.mistakes.length > 0 && (
        <Note tone="bad">
          <ul className="stack tight" lang="en">
            {told.mistakes.map((m) => (
              <li key={m}>{m}</li>
            ))}
          </ul>
        </Note>
      )}
      {told?.tests && told.tests.length > 0 && (
        <>
          <div role="status" className="row">
            <Badge tone={failed === 0 ? 'good' : 'bad'}>
              {failed === 0
                ? t('walk.passed', { count: told.tests.length })
                : t('walk.failed', { count: failed })}
            </Badge>
          </div>
          <ul className="list tight">
            {told.tests.map((test) => (
              <li key={`${test.file} ${test.line}`} className="stack tight">
                <span className="row">
                  <Badge tone={test.passed ? 'good' : 'bad'}>
                    {t(test.passed ? 'walk.ok' : 'walk.not-ok')}
                  </Badge>
                  <span>{test.name}</span>
                </span>
                {test.failures.map((f) => (
                  <Note key={`${f.line} ${f.column}`} tone="bad">
                    <span lang="en">
                      {test.file}:{f.line}: {f.what}
                    </span>
                    <span lang="en">{f.instead}</span>
                    <pre className="so-far" lang="en">
                      {f.so_far}
                    </pre>
                  </Note>
                ))}
              </li>
            ))}
          </ul>
          <Reached coverage={told.coverage ?? {}} />
        </>
      )}
      {told && !told.tests?.length && !told.mistakes?.length && <Empty>{t('walk.no-tests')}</Empty>}
    </Panel>
  );
}

function Reached({ coverage }: { coverage: NonNullable<Told['coverage']> }) {
  const { t } = useTranslation();
  return (
    <ul className="stack tight">
      {Object.entries(coverage).map(([line, c]) => (
        <li key={line}>
          <details>
            <summary>
              {t('walk.reached', { line, percent: c.percent, reached: c.reached, all: c.all })}
            </summary>
            <ul className="small muted" lang="en">
              {Object.entries(c.missing).map(([node, missing]) => (
                <li key={node}>
                  {node}: {missing.join(', ')}
                </li>
              ))}
            </ul>
          </details>
        </li>
      ))}
    </ul>
  );
}
