// Whatever a connection needed is kept when it has closed.
import { Followings } from '../../../../dist/transport/followings.js';
import { replace } from './replace.mjs';

const kept = [];
replace(
  Followings,
  'create',
  (original) =>
    function create(...args) {
      kept.push(Buffer.alloc(16 * 1024 * 1024, 1));
      return original.apply(this, args);
    },
);
