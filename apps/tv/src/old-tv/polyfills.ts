// What Chromium 63 lacks and this page, or a package that it stands on, uses. A newer engine keeps its own.
import 'abortcontroller-polyfill/dist/polyfill-patch-fetch.js';
import 'core-js/es/array/at.js';
import 'core-js/es/array/flat.js';
import 'core-js/es/array/flat-map.js';
import 'core-js/es/object/has-own.js';
import 'core-js/web/queue-microtask.js';
import { addAbortReason } from './abort-reason.ts';
import { addBigInt, type BigIntHost } from './big-int.ts';

addBigInt(globalThis as BigIntHost);
addAbortReason(AbortController);
