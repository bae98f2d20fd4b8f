import { Download } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useLocale } from '../../ui/locale';
import { Button } from '../../ui/parts';
import { clock } from '../../ui/time';
import { type Column, csvOf, download, type Kind } from './csv';

/** How figures are shown: a dash where there is nothing to tell of. */
export function useFigures() {
  const locale = useLocale();
  const count = new Intl.NumberFormat(locale);
  const share = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  return (kind: Kind, value: string | number | null | undefined): string => {
    if (value === null || value === undefined || value === '') return '–';
    if (typeof value === 'string') return value;
    switch (kind) {
      case 'text':
      case 'count':
        return count.format(value);
      case 'share':
        return share.format(value);
      case 'time':
        return clock(value);
      case 'number':
        return number.format(value);
    }
  };
}

interface FiguresProps<R> {
  /** What the table is about. */
  title: string;
  /** The name of the file, without its end. */
  file: string;
  columns: readonly Column<R>[];
  rows: readonly R[];
}

/** Figures as a table, and as a file for spreadsheets. The first column says what a row is about. */
export function Figures<R>({ title, file, columns, rows }: FiguresProps<R>) {
  const { t } = useTranslation();
  const show = useFigures();
  return (
    <div className="stack tight">
      <section
        className="scroll figures"
        aria-label={t('reports.table-of', { title })}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keys as well
        tabIndex={0}
      >
        <table>
          <caption className="hidden">{title}</caption>
          <thead>
            <tr>
              {columns.map((c) => (
                <th key={c.head} scope="col" className={c.kind === 'text' ? '' : 'right'}>
                  {c.head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, n) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no names of their own and are drawn together
              <tr key={n}>
                {columns.map((c, place) => {
                  const words = show(c.kind, c.of(row));
                  return place === 0 ? (
                    <th key={c.head} scope="row" className="name">
                      {words}
                    </th>
                  ) : (
                    <td key={c.head} className={c.kind === 'text' ? '' : 'right number'}>
                      {words}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <div>
        <Button
          look="quiet"
          aria-label={t('reports.csv-of', { title })}
          onPress={() => download(`${file}.csv`, csvOf(columns, rows))}
        >
          <Download className="icon" aria-hidden="true" />
          {t('reports.csv')}
        </Button>
      </div>
    </div>
  );
}
