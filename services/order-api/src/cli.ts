import { runUserCommand } from './auth/user-command.js';

/** Settings of the DynamoDB that `npm start` runs; an endpoint or a stage that is set takes precedence. */
const LOCAL = {
  AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${process.env.LOCAL_DYNAMODB_PORT ?? '4567'}`,
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
};
if ((process.env.STAGE ?? 'local') === 'local' && !process.env.AWS_ENDPOINT_URL) {
  for (const [name, value] of Object.entries(LOCAL)) process.env[name] ??= value;
}
process.exitCode = await runUserCommand(process.argv.slice(2), {
  env: process.env,
  input: process.stdin,
  print: (line) => process.stdout.write(`${line}\n`),
  complain: (line) => process.stderr.write(`${line}\n`),
});
