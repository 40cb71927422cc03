/// Listens to a channel on a connection of its own, and connects again whenever that is lost.
package struct NotificationListener: Sendable {
    package enum Event: Sendable {
        /// Listening begins; what was sent before is not seen: look at the rows once.
        case connected
        case notified(Notification)
        /// The connection was lost or could not be made; another attempt follows.
        case disconnected(PostgresError)
        /// Another attempt would fail alike, for example for a wrong password: it has ended.
        case gaveUp(PostgresError)
    }

    private let target: ConnectionTarget
    private let channel: String

    package init(_ target: ConnectionTarget, channel: String) {
        self.target = target
        self.channel = channel
    }

    /// Delivers events until the task is cancelled.
    package func run(_ deliver: @Sendable (Event) -> Void) async {
        var machine = Reconnect()
        var random = SystemRandomNumberGenerator()
        while !Task.isCancelled {
            do {
                try await listen(&machine, deliver)
            } catch {
                if Task.isCancelled { return }
                switch machine.failed(isTransient: error.isTransient, using: &random) {
                case .wait(let pause):
                    deliver(.disconnected(error))
                    // Cancelled: the loop's condition ends it.
                    try? await Task.sleep(for: pause)
                    machine.waited()
                case .giveUp, .connect, .nothing: return deliver(.gaveUp(error))
                }
            }
        }
    }

    private func listen(
        _ machine: inout Reconnect, _ deliver: @Sendable (Event) -> Void
    ) async throws(PostgresError) {
        let connection = try await Connection.connect(target)
        let notifications: AsyncStream<Notification>
        do {
            notifications = try await connection.listen(channel)
        } catch {
            await connection.close()
            throw error
        }
        machine.succeeded()
        deliver(.connected)
        for await notification in notifications { deliver(.notified(notification)) }
        await connection.close()
        throw PostgresError(.connection, "the listening connection was lost")
    }
}
