/** TDSQL-C (cynosdb) of 2019-01-07: serverless MySQL clusters, bought, woken, isolated and taken off line. */
import type { Client } from 'tencentcloud-sdk-nodejs/tencentcloud/services/cynosdb/v20190107/cynosdb_client.js';
import type {
  DescribeClustersRequest,
  InquirePriceCreateRequest,
  QueryFilter,
  TradePrice,
} from 'tencentcloud-sdk-nodejs/tencentcloud/services/cynosdb/v20190107/cynosdb_models.js';
import type { Actions, Service } from '../actions.ts';
import { page } from '../paging.ts';
import { check, found } from '../refusal.ts';
import type { World } from '../world.ts';
import { clusterAnswer, clusterDetail } from './answers.ts';
import { bought } from './buy.ts';
import type { Cluster, ClusterStatus } from './model.ts';

export function cynosdb(world: World): Service {
  const actions: Actions<Client> = {
    CreateClusters(params) {
      const cluster = bought(params, world);
      cluster.status.become('creating', 'running', world.polls);
      world.clusters.set(cluster.id, cluster);
      const deal = String(world.nextFlowId());
      return { TranId: `tran-${deal}`, DealNames: [deal], BigDealIds: [deal], ClusterIds: [cluster.id] };
    },
    DescribeClusters(params) {
      const all = [...world.clusters.values()].filter((each) => fits(each, params));
      const ClusterSet = page(all, params, { limitDefault: 20, limitMax: 100 }).map((each) =>
        clusterAnswer(each, seen(world, each), world),
      );
      return { ClusterSet, TotalCount: all.length };
    },
    DescribeClusterDetail({ ClusterId: id }) {
      const cluster = clusterOf(id, world);
      return { Detail: clusterDetail(cluster, seen(world, cluster), world) };
    },
    ResumeServerless({ ClusterId: id }) {
      const cluster = clusterOf(id, world);
      check(
        cluster.status.state === 'running' && cluster.awake.state === 'pause',
        'OperationDenied.ServerlessClusterStatusDenied',
        `The cluster is ${cluster.status.state}, ${cluster.awake.state}.`,
      );
      cluster.awake.become('resuming', 'resume', world.polls);
      return { FlowId: world.nextFlowId() };
    },
    IsolateCluster({ ClusterId: id }) {
      const cluster = inState(clusterOf(id, world), 'running');
      cluster.status.become('isolating', 'isolated', world.polls);
      return { FlowId: world.nextFlowId(), DealNames: [] };
    },
    OfflineCluster({ ClusterId: id }) {
      const cluster = inState(clusterOf(id, world), 'isolated');
      cluster.status.become('offlining', 'deleted', world.polls);
      return { FlowId: world.nextFlowId() };
    },
    InquirePriceCreate: (params) => pricesOf(params),
  };
  return {
    name: 'cynosdb',
    version: '2019-01-07',
    models: 'cynosdb/v20190107/cynosdb',
    actions: { ...actions },
  };
}

function clusterOf(id: string, world: World): Cluster {
  return found(
    world.clusters.get(id),
    'InvalidParameterValue.ClusterNotFound',
    `There is no cluster \`${id}\`.`,
  );
}

function inState(cluster: Cluster, wanted: ClusterStatus): Cluster {
  const { state } = cluster.status;
  check(state === wanted, 'OperationDenied.ClusterStatusDeniedError', `The cluster is ${state}.`);
  return cluster;
}

/** Its status as whoever asks sees it now; a cluster off line goes when that was seen. */
function seen(world: World, cluster: Cluster): ClusterStatus {
  const status = cluster.status.poll();
  if (cluster.status.state === 'deleted') world.clusters.delete(cluster.id);
  return status;
}

function fits(cluster: Cluster, { DbType: type = 'MYSQL', Filters: filters = [] }: DescribeClustersRequest) {
  return type === 'MYSQL' && filters.every((filter) => passes(cluster, filter));
}

/** Names within a filter are alternatives. */
function passes(cluster: Cluster, { Names, Name, Values, ExactMatch: exact = false }: QueryFilter): boolean {
  const names = Names ?? (Name === undefined ? [] : [Name]);
  return names.some((name) => {
    switch (name.toLowerCase()) {
      case 'clusterid':
        return Values.includes(cluster.id);
      case 'clustername':
      case 'instancename':
        return Values.some((value) => (exact ? cluster.name === value : cluster.name.includes(value)));
      default:
        check(false, 'InvalidParameterValue.ParamError', `There is no filter \`${name}\`.`);
    }
  });
}

/** The list has dollars (document 1098/51974, 2024); an account of the mainland is answered in hundredths of a yuan, here at a rounded rate. */
const FEN_PER_USD = 680;
const USD_PER_CCU_S = 0.00001397;
const USD_PER_GB_HOUR = 0.00072;

function pricesOf(params: InquirePriceCreateRequest) {
  const { InstancePayMode: mode, StoragePayMode: storageMode, Ccu: ccu, GoodsNum: number } = params;
  check(
    mode === 'SERVERLESS' && storageMode === 'POSTPAID',
    'InvalidParameterValue.ParamError',
    'This stand-in knows serverless prices alone.',
  );
  check(
    ccu !== undefined && ccu > 0 && number > 0,
    'InvalidParameterValue.ParamError',
    '`Ccu` and `GoodsNum` are needed.',
  );
  return {
    InstancePrice: unitPrice(USD_PER_CCU_S * 3_600 * ccu * number),
    StoragePrice: unitPrice(USD_PER_GB_HOUR),
  };
}

function unitPrice(usd: number): TradePrice {
  const fen = usd * FEN_PER_USD;
  const precise = fen.toFixed(4);
  return {
    Discount: 100,
    UnitPrice: Math.ceil(fen),
    UnitPriceDiscount: Math.ceil(fen),
    UnitPriceHighPrecision: precise,
    UnitPriceDiscountHighPrecision: precise,
    ChargeUnit: 'hour',
    AmountUnit: 'CNY',
  };
}
