import Foundation
import Postgres
import Providers
import Store

/// `bellwether preflight`
enum Preflight {
    private static let paper = Option<Secret<String>?>.optional(
        "paper", value: "URL", "The database in which the desk traded on paper")
    private static let paperAccount = Option<Count?>.optional(
        "paper-account", "Its account there; the tenant's first paper account if it is not given")
    private static let tenant = Option<Count>.value(
        "tenant", "The tenant's number, the same in both", default: Count(1))
    private static let account = Option<Count?>.optional(
        "account", "The account that is to trade; the tenant's only one at a broker otherwise")
    private static let json = Option<Bool>.json

    static let command = Command(
        name: "preflight",
        summary: "check everything before real money is traded",
        discussion: """
            Looks at connections, clocks, keys and the broker; at the limits and the halt, which it \
            tries with orders that are not kept; and at the record on paper: two weeks, a Sharpe \
            ratio above 0, more than half of the trades won, no loss of more than 20 %, the circuit \
            breaker tripped once on purpose, a halt tried (settings preflight_*). What it finds is \
            kept in the database that is to trade: workers send no order to a live broker without a \
            check that passed within seven days. The exit code is 0 if all passed.
            """,
        options: [
            paper.description, paperAccount.description, tenant.description, account.description,
            json.description,
        ],
        examples: [
            Example(
                "bellwether preflight --database LIVE --paper PAPER", "Both databases, all checks"),
            Example("bellwether preflight --json", "The same for a script"),
        ],
        needs: [.databaseURL],
        action: { try await run($0) })

    private struct Report: Encodable {
        let passed: Bool
        let checks: [PreflightCheck]
    }

    private static func run(_ context: Context) async throws -> ExitCode {
        let variables = ProcessInfo.processInfo.environment
        let tenant = Int32(context.invocation[tenant].value)
        let live = try context.database("preflight")
        var checks: [PreflightCheck] = []
        checks += OutsideChecks(variables: variables).settings()
        let broker = try AlpacaEnvironment.broker(variables)
        checks += await OutsideChecks.broker(broker)
        checks += try await DeskChecks(target: live, tenant: tenant).live(
            account: context.invocation[account].map { Int64($0.value) }, broker: broker != nil)
        if let url = context.invocation[paper] {
            let paper = try ConnectionTarget(url.reveal()).applicationName("bellwether preflight")
            checks += try await DeskChecks(target: paper, tenant: tenant).record(
                account: context.invocation[paperAccount].map { Int64($0.value) }, besides: live)
        } else {
            checks.append(
                PreflightCheck("paper database", false, "not named: --paper URL"))
        }
        let all = checks
        let passed = try await context.withDatabase(as: "preflight") { connection in
            try await connection.inTenant(tenant) { connection in
                try await Trade.recordPreflight(try JSON(encoding: all), on: connection)
            }
        }
        if context.invocation[json] {
            try context.output.json(Report(passed: passed, checks: checks))
        } else {
            for check in checks {
                context.output.line(check.finding.text(colored: context.output.isColored))
            }
            let failed = checks.count { !$0.passed }
            context.output.line(
                failed == 0
                    ? "all \(checks.count) checks passed"
                    : "\(checks.count) checks: \(failed) failed; what each wants: docs/how-to/go-live.md"
            )
        }
        return passed ? .success : .failure
    }
}
