import { ChatError } from '../platform/errors/chat-error.js';

export const tokenMissing = () =>
  new ChatError('unauthenticated', 'auth.token_missing', 'A bearer token is needed.');

export const tokenInvalid = (cause?: unknown) =>
  new ChatError('unauthenticated', 'auth.token_invalid', 'The token is not valid here.', { cause });

export const tokenExpired = () =>
  new ChatError('unauthenticated', 'auth.token_expired', 'The token has expired.');

export const sessionRevoked = () =>
  new ChatError('unauthenticated', 'auth.session_revoked', 'The session has ended; log in again.');

export const refreshReused = () =>
  new ChatError(
    'unauthenticated',
    'auth.refresh_reused',
    'This refresh token was replaced before. Somebody may have stolen it, so the session has ended.',
  );

export const invalidCredentials = () =>
  new ChatError('unauthenticated', 'auth.invalid_credentials', 'Username or password is wrong.');

export const notAllowed = () =>
  new ChatError('forbidden', 'auth.not_allowed', 'Your role does not allow this.');

export const sessionRequired = () =>
  new ChatError('forbidden', 'auth.session_required', 'This needs a login; an API key is none.');
