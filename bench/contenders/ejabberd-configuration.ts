/** Of 127.0.0.1. */
export interface Ports {
  readonly clients: number;
  readonly database: number;
}

const MEMBERS = 20_000;

/**
 * As one who knows it tunes it for these workloads: no TLS, no shapers, no limits, no module that they don't need.
 * Of 10, 20 and 40 connections to the database, 10 carry less than 20, and 40 no more.
 */
export const ejabberdConfiguration = (host: string, ports: Ports, databasePassword: string): object => ({
  hosts: [host],
  loglevel: 'error',
  listen: [{ port: ports.clients, ip: '127.0.0.1', module: 'ejabberd_c2s', access: 'all', backlog: 1024 }],
  auth_method: 'sql',
  // Checking a SCRAM hash takes its time by design, and no other contender checks a password here.
  auth_password_format: 'plain',
  default_db: 'sql',
  sql_type: 'mysql',
  sql_server: '127.0.0.1',
  sql_port: ports.database,
  sql_database: 'mailroom',
  sql_username: 'ejabberd',
  sql_password: databasePassword,
  sql_pool_size: 20,
  shaper_rules: { max_user_offline_messages: 'infinity' },
  modules: {
    mod_mam: { default: 'always' },
    mod_muc: {
      access: 'all',
      access_create: 'all',
      max_users: MEMBERS,
      // Else everybody is told of each who enters.
      max_users_presence: 0,
      history_size: 0,
      default_room_options: { mam: true, max_users: MEMBERS },
    },
    mod_offline: {},
    mod_stream_mgmt: {},
  },
});
