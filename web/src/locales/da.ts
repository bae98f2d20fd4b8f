import { en, type Texts } from './en';

export const da: Texts = en;
