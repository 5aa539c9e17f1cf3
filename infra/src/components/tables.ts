/** The tables of packages/contracts: on demand, encrypted, with point-in-time recovery. */
import { TABLES } from '@order-pipeline/contracts/tables';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { toTableArgs } from '../decide/shapes.ts';

/** Arguments of the tables. */
export interface TablesArgs {
  /** Prefix of the names in AWS. */
  readonly prefix: string;
  readonly protect: boolean;
  /** Regions that hold copies. The services write in the home region only: conditional writes hold in one region. */
  readonly replicaRegions: readonly string[];
}

/** All tables, by the names of packages/contracts. */
export class Tables extends pulumi.ComponentResource {
  readonly #tables: Readonly<Record<string, aws.dynamodb.Table>>;

  constructor(name: string, args: TablesArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:Tables', name, {}, opts);
    const replicas = args.replicaRegions.map((regionName) => ({
      regionName,
      pointInTimeRecovery: true,
      propagateTags: true,
      deletionProtectionEnabled: args.protect,
    }));
    this.#tables = Object.fromEntries(
      TABLES.map((shape) => [
        shape.name,
        new aws.dynamodb.Table(
          shape.name,
          {
            ...toTableArgs(shape),
            name: `${args.prefix}-${shape.name}`,
            serverSideEncryption: { enabled: true },
            pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: 35 },
            deletionProtectionEnabled: args.protect,
            // Copies are fed by the table's stream.
            ...(replicas.length > 0 && {
              replicas,
              streamEnabled: true,
              streamViewType: 'NEW_AND_OLD_IMAGES',
            }),
          },
          { parent: this, protect: args.protect },
        ),
      ]),
    );
    this.registerOutputs({});
  }

  /** The table of this name. Throws when packages/contracts has none. */
  get(name: string): aws.dynamodb.Table {
    const table = this.#tables[name];
    if (!table) throw new Error(`No table named ${name}: add it to packages/contracts/src/tables.ts`);
    return table;
  }

  /** Every table. */
  all(): aws.dynamodb.Table[] {
    return Object.values(this.#tables);
  }
}
