/** Every dashboard. */
import { OBJECTIVES } from './objectives.ts';
import type { Dashboard } from './panel.ts';
import { PIPELINE } from './pipeline.ts';
import { SERVICE } from './service.ts';
import { SHOP } from './shop.ts';

/** The dashboards, in the order of an investigation. */
export const DASHBOARDS: readonly Dashboard[] = [PIPELINE, SHOP, SERVICE, OBJECTIVES];
