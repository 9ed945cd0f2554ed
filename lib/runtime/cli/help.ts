/** What `--help` adds below the options: examples, and what the exit status says. */

export const DESCRIPTION =
  'Migrates objects from Alibaba Cloud OSS to Tencent Cloud COS: every byte verified, every key accounted for.';

export const TASK_WORDS =
  'a task file, the id of a task that the state directory knows, or cos://BUCKET/.oss2cos/TASKID with --region for a task that runs elsewhere';
export const TASK_FILE_WORDS =
  'a task file, - for standard input, or the id of a task that the state directory knows';

const EXIT_STATUS = `
Exit status:
  0    all is there
  2    some objects failed, or the task was cancelled
  1    an error: nothing was started, or not everything could be listed
  130  stopped by Ctrl-C; the same command goes on where it was`;

const STATUS_EXIT = `
Exit status:
  0    all is there, or the task goes on
  2    some objects failed, or the task was cancelled
  1    an error, or the task failed`;

const PLAIN_EXIT = `
Exit status:
  0    done
  1    an error: nothing was changed`;

const CREDENTIALS = `
Credentials come from the environment alone:
  OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET, and OSS_SECURITY_TOKEN with a temporary key
  COS_SECRET_ID, COS_SECRET_KEY, and COS_SECURITY_TOKEN with a temporary key`;

const ENGINES = `
Queue and table, as the deployed functions have them:
  OSS2COS_KAFKA_BROKERS   host:port, several with commas between
  OSS2COS_KAFKA_PREFIX    of topics and groups; default oss2cos-
  OSS2COS_KAFKA_USERNAME, OSS2COS_KAFKA_PASSWORD, OSS2COS_KAFKA_TLS=true, OSS2COS_KAFKA_CA
  OSS2COS_MYSQL_HOST, _PORT, _USER, _PASSWORD, _DATABASE, _TLS, _CA   (not for copy alone)`;

function examples(...lines: readonly string[]): string {
  return ['', 'Examples:', ...lines.map((line) => `  $ ${line}`)].join('\n');
}

const FROM_ELSEWHERE = 'cos://photos-1250000000/.oss2cos/photos-2026 --region ap-guangzhou';

export const HELP = {
  all:
    examples(
      'oss2cos policy task.json       # what to grant the two keys',
      'oss2cos preflight task.json    # can both sides be used?',
      'oss2cos migrate task.json      # Ctrl-C and again: goes on where it was',
      'oss2cos retry task.json        # what failed, as a new task',
    ) +
    '\n' +
    CREDENTIALS +
    '\n\noss2cos help COMMAND shows a command’s options, examples and exit status.',
  migrate:
    examples(
      'oss2cos migrate task.json',
      'oss2cos migrate task.json --concurrency 200 --json > report.json',
      'jq \'.source.prefix = "2025/"\' task.json | oss2cos migrate -',
    ) +
    '\n' +
    CREDENTIALS +
    '\n' +
    EXIT_STATUS,
  status:
    examples(
      'oss2cos status task.json',
      'oss2cos status photos-2026 --json',
      `oss2cos status ${FROM_ELSEWHERE}`,
    ) +
    '\n' +
    STATUS_EXIT,
  pause: examples('oss2cos pause photos-2026', `oss2cos pause ${FROM_ELSEWHERE}`) + '\n' + PLAIN_EXIT,
  resume: examples('oss2cos resume photos-2026', 'oss2cos resume task.json') + '\n' + PLAIN_EXIT,
  cancel: examples('oss2cos cancel photos-2026', 'oss2cos cancel task.json') + '\n' + PLAIN_EXIT,
  limit:
    examples(
      'oss2cos limit photos-2026 --requests-per-second 500 --bytes-per-second 100MiB',
      'oss2cos limit photos-2026 --none             # as fast as it goes',
      `oss2cos limit ${FROM_ELSEWHERE} --reset`,
    ) +
    '\n\nWhat is not named is unlimited; a pause stays. Limits by the time of day stand in the task, or in control.json.\n' +
    PLAIN_EXIT,
  retry:
    examples(
      'oss2cos retry photos-2026                       # as photos-2026-retry-1',
      'oss2cos retry task.json --new-id photos-again',
      `oss2cos retry ${FROM_ELSEWHERE} --print > retry.json   # for the planner function`,
    ) +
    '\n' +
    EXIT_STATUS,
  start:
    examples('oss2cos start task.json') +
    '\n' +
    CREDENTIALS +
    '\n' +
    ENGINES +
    '\n\nExit status:\n  0    the task runs, or is there already\n  1    an error: nothing was started',
  worker:
    examples(
      'oss2cos worker                               # copies, beside functions and other workers',
      'oss2cos worker --roles planner,copy,reporter # a whole cluster without functions',
    ) +
    '\n' +
    CREDENTIALS +
    '\n' +
    ENGINES +
    '\n\nExit status:\n  0    stopped by Ctrl-C or SIGTERM, at a checkpoint\n  1    an error',
  preflight:
    examples('oss2cos preflight task.json') +
    '\n' +
    CREDENTIALS +
    '\n\nExit status:\n  0    both sides can be used\n  1    findings, or an error',
  policy:
    examples(
      'oss2cos policy task.json',
      'oss2cos policy task.json --ram > ram.json',
      'oss2cos policy task.json --cam > cam.json',
    ) +
    '\n' +
    PLAIN_EXIT,
} as const;
