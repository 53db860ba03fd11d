import type { DemoUser } from './demo-users.js';

export interface GreetingFacts {
  address: string;
  demoUsers: DemoUser[];
  isColoured: boolean;
}

const TITLE_WIDTH = 12;

/** What a person sees when all is ready: where to go, whom to be, what to type. */
export function greeting({ address, demoUsers, isColoured }: GreetingFacts): string {
  const paint = (code: number, text: string) => (isColoured ? `\u001b[${code}m${text}\u001b[0m` : text);
  const bold = (text: string) => paint(1, text);
  const dim = (text: string) => paint(2, text);
  const row = (title: string, text: string) => `  ${dim(title.padEnd(TITLE_WIDTH))}${text}`;
  const lines = [
    `  ${bold('Mailroom is up.')}`,
    '',
    row('Listening', paint(36, address)),
    row('API docs', paint(36, `${address}/docs`)),
    ...demoUsers.map(({ displayName, username, password }) =>
      row(displayName, `${username.padEnd(7)}${password}`),
    ),
  ];
  if (demoUsers.length > 0)
    lines.push('', `  ${dim('Paste into another shell: log in, listen as Bob, say hello as Alice.')}`);
  const shell = demoUsers.length > 0 ? shellLines(address, demoUsers) : [];
  return ['', ...lines, ...shell.flatMap((line) => ['', line]), ''].join('\n');
}

/** Three lines for bash and any POSIX shell, with curl and sed alone, that work when pasted in order. */
export function shellLines(address: string, users: DemoUser[]): string[] {
  const json = `-H 'Content-Type: application/json'`;
  const login = `curl -s ${address}/v1/auth/login ${json} -d "{\\"username\\":\\"$1\\",\\"password\\":\\"$2\\"}"`;
  const takeToken = `sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/'`;
  const logins = users.map(({ username, password }) => `${username}=$(token ${username} ${password})`);
  return [
    `token() { ${login} | ${takeToken}; }; ${logins.join(' ')}`,
    `curl -sN ${address}/v1/events -H "Authorization: Bearer $bob" &`, // or the shell would wait for its end
    `curl -s ${address}/v1/messages -H "Authorization: Bearer $alice" ${json} -d '{"to":"bob","text":"Hello"}'`,
  ];
}
