import Agents
import Jobs
import Postgres
import Providers

/// The list of reactions: one handler for each kind of job that this program can do.
enum Handlers {
    /// - Parameter model: Nil where there is none: its jobs are left to other workers.
    static func all(pool: Pool, model: (any EmbeddingModel)?) -> [any JobHandler] {
        let broker: SubmitOrder.Brokers = { tenant, account in
            PaperBroker(pool: pool, tenant: tenant, account: account)
        }
        var handlers: [any JobHandler] = [
            ComputeSnapshots(pool: pool), ComputeConditions(pool: pool),
            RunCycle(pool: pool, analyst: RulesAnalyst()),
            SubmitOrder(pool: pool, broker: broker), MatchOrders(pool: pool, broker: broker),
            Probe(),
        ]
        if let model { handlers.append(EmbedSnapshots(pool: pool, model: model)) }
        return handlers
    }
}
