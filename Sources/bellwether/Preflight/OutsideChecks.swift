import Foundation
import Providers

/// The checks that need no database: the switch, keys, the broker and its clock.
struct OutsideChecks {
    /// How far clocks may be apart, in seconds.
    static let clockTolerance = 2.0

    let variables: [String: String]

    func settings() -> [PreflightCheck] {
        let isOn = variables["BELLWETHER_LIVE"] == AlpacaEnvironment.liveSwitch
        var checks = [
            PreflightCheck(
                "live switch", isOn,
                isOn ? "BELLWETHER_LIVE is set" : "BELLWETHER_LIVE is not set")
        ]
        do {
            let providers = try ModelEnvironment.directory(variables).providers.map(\.rawValue)
            checks.append(
                PreflightCheck(
                    "language models", !providers.isEmpty,
                    providers.isEmpty
                        ? "no keys: rules-v1 would decide" : providers.joined(separator: ", ")))
        } catch {
            checks.append(PreflightCheck("language models", failed: error))
        }
        let halt = HaltFile(variables)
        let reason = halt.reason()
        checks.append(PreflightCheck("halt file", reason == nil, reason ?? "none at \(halt.path)"))
        return checks
    }

    static func broker(_ broker: AlpacaBroker?) async -> [PreflightCheck] {
        guard let broker else {
            return [PreflightCheck("broker", false, "no keys of alpaca")]
        }
        var checks: [PreflightCheck] = []
        do throws(BrokerError) {
            let account = try await broker.account()
            checks.append(
                PreflightCheck(
                    "broker", !account.isBlocked,
                    account.isBlocked
                        ? "alpaca takes no orders of the account"
                        : "alpaca, \(broker.isLive ? "live" : "paper"), cash \(account.cash) "
                            + account.currency))
            let clock = try await broker.clock()
            checks.append(Self.clock("broker's clock", clock.now))
        } catch {
            checks.append(PreflightCheck("broker", failed: error))
        }
        return checks
    }

    static func clock(_ name: String, _ other: Date) -> PreflightCheck {
        let apart = abs(other.timeIntervalSinceNow)
        return PreflightCheck(
            name, apart <= clockTolerance,
            String(format: "%.3f s from this machine's", apart))
    }
}
