/** The `tencent` provider of the framework: its schema, and which command does what. */
import { StoreError, UserError } from '../../lib/core/errors.ts';
import type { Package } from './bundle.ts';
import { CloudError } from './cloud-error.ts';
import { type Context, makeContext, PROGRESS } from './context.ts';
import { checkDeployable, deploy, packageAll } from './deploy.ts';
import type { Framework, Options, Output } from './framework.ts';
import { showInfo } from './info.ts';
import { invoke } from './invoke.ts';
import { invokeLocal } from './invoke-local.ts';
import { showLogs } from './logs.ts';
import { writePackages } from './package.ts';
import { remove } from './remove.ts';
import { CONFIGURATION_SCHEMA } from './schema.ts';

const NAME = 'tencent';
const REGION = { usage: 'Region of the service', shortcut: 'r', type: 'string' };
/** The framework knows these commands; declaring the option on each makes it take --region. */
const REGIONAL = { options: { region: REGION } };

export default class TencentProvider {
  readonly provider = NAME;
  readonly hooks: Readonly<Record<string, () => Promise<void>>>;
  readonly commands = {
    deploy: { ...REGIONAL, commands: { function: REGIONAL } },
    invoke: { ...REGIONAL, commands: { local: REGIONAL } },
    package: REGIONAL,
    remove: REGIONAL,
    info: REGIONAL,
    logs: REGIONAL,
    print: REGIONAL,
  };

  private packages: readonly Package[] = [];

  static getProviderName(): string {
    return NAME;
  }

  constructor(framework: Framework, options: Options, output: Output) {
    framework.setProvider(NAME, this);
    framework.configSchemaHandler.defineProvider(NAME, CONFIGURATION_SCHEMA);
    const run = (work: (context: Context) => Promise<void>) => () =>
      runCommand(framework, options, output, work);
    this.hooks = {
      'before:package:createDeploymentArtifacts': run((context) => this.package(context, framework)),
      'deploy:deploy': run((context) => deploy(context, this.packages)),
      'deploy:function:deploy': run(deployOne),
      'invoke:invoke': run(invoke),
      'invoke:local:invoke': run(invokeLocal),
      'info:info': run(showInfo),
      'logs:logs': run(showLogs),
      'remove:remove': run(remove),
    };
  }

  /** Deploy packages first: what it lacks is said before that. */
  private async package(context: Context, framework: Framework): Promise<void> {
    const isDeploy = framework.processedInput.commands[0] === 'deploy';
    if (isDeploy) checkDeployable(context);
    context.say.step('Bundling the functions');
    this.packages = await packageAll(context);
    await writePackages(context, framework, this.packages, !isDeploy);
  }
}

async function deployOne(context: Context): Promise<void> {
  checkDeployable(context);
  await deploy(context, await packageAll(context), String(context.options.function));
}

const MENDABLE = [UserError, CloudError, StoreError];

/** What people can mend is shown as a message, without a stack; no message shows a secret. */
async function runCommand(
  framework: Framework,
  options: Options,
  output: Output,
  work: (context: Context) => Promise<void>,
): Promise<void> {
  let clean = (text: string) => text;
  const spinner = output.progress.get(PROGRESS);
  try {
    const context = makeContext(framework, options, output, process.env);
    clean = context.say.clean;
    await work(context);
    spinner.remove();
  } catch (error) {
    spinner.remove();
    if (MENDABLE.some((kind) => error instanceof kind)) await end(clean((error as Error).message));
    if (error instanceof Error) {
      error.message = clean(error.message);
      error.stack = clean(error.stack ?? '');
    }
    throw error;
  }
}

/** The framework would show a failure on stdout, where answers belong: so it is told on stderr, and the process ends here. */
function end(message: string): Promise<never> {
  return new Promise(() => process.stderr.write(`\n${message}\n`, () => process.exit(1)));
}
