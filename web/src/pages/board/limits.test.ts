import { expect, it } from 'vitest';
import { limitOf } from './limits';

it('reads limits as the settings have them', () => {
  expect(limitOf('longest_wait > 2m for 30s')).toEqual({
    figure: 'longest_wait',
    over: true,
    value: '2m',
  });
  expect(limitOf('service_level_now < 80% for 5m')).toMatchObject({ over: false, value: '80%' });
  expect(limitOf('ready<1')).toEqual({ figure: 'ready', over: false, value: '1' });
  expect(limitOf('something else')).toBeNull();
});
