import Jobs
import Postgres
import Providers

/// The list of reactions: one handler for each kind of job that this program can do.
enum Handlers {
    /// - Parameters:
    ///   - model: Nil where there is none: its jobs are left to other workers.
    ///   - models: Language models; without any `rules-v1` judges.
    ///   - alpaca: Nil where this machine has no keys of it: its accounts' orders wait.
    ///   - alerts: The ways by which this machine reaches people.
    static func all(
        pool: Pool, model: (any EmbeddingModel)?, models: ModelDirectory,
        routing: RoutingPolicy = .learned, alpaca: AlpacaBroker? = nil,
        alerts: [String: any AlertChannel] = [:]
    ) -> [any JobHandler] {
        let analysts = CycleAnalysts(pool: pool, models: models, routing: routing)
        let brokers = AccountBrokers(pool: pool, alpaca: alpaca)
        let broker: SubmitOrder.Brokers = brokers.broker
        var handlers: [any JobHandler] = [
            ComputeSnapshots(pool: pool), ComputeConditions(pool: pool),
            RunCycle(pool: pool, analysts: analysts.analyst),
            SubmitOrder(pool: pool, broker: broker), MatchOrders(pool: pool, broker: broker),
            CancelOrder(pool: pool, broker: broker), ReconcileAccount(brokers: brokers),
            MarketMove(), ScanMarket(), DailySummary(),
            SendAlert(pool: pool, channels: alerts), Probe(),
        ]
        if let model { handlers.append(EmbedSnapshots(pool: pool, model: model)) }
        return handlers
    }
}
