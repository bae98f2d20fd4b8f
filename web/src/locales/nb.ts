import { en, type Texts } from './en';

export const nb: Texts = en;
