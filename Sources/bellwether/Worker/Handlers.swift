import Jobs
import Postgres
import Providers

/// The list of reactions: one handler for each kind of job that this program can do.
enum Handlers {
    /// - Parameters:
    ///   - model: Nil where there is none: its jobs are left to other workers.
    ///   - models: Language models; without any `rules-v1` judges.
    ///   - alpaca: Nil where this machine has no keys of it: its accounts' orders wait.
    static func all(
        pool: Pool, model: (any EmbeddingModel)?, models: ModelDirectory,
        alpaca: AlpacaBroker? = nil
    ) -> [any JobHandler] {
        let analysts = CycleAnalysts(pool: pool, models: models)
        let brokers = AccountBrokers(pool: pool, alpaca: alpaca)
        let broker: SubmitOrder.Brokers = brokers.broker
        var handlers: [any JobHandler] = [
            ComputeSnapshots(pool: pool), ComputeConditions(pool: pool),
            RunCycle(pool: pool, analysts: analysts.analyst),
            SubmitOrder(pool: pool, broker: broker), MatchOrders(pool: pool, broker: broker),
            CancelOrder(pool: pool, broker: broker), ReconcileAccount(brokers: brokers),
            MarketMove(),
            Probe(),
        ]
        if let model { handlers.append(EmbedSnapshots(pool: pool, model: model)) }
        return handlers
    }
}
