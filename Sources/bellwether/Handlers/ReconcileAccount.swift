import Jobs

/// Compares the books of one account with its broker's, and brings ours up to them.
///
/// When they cannot be made to agree the account is halted in the same transaction, an alert goes
/// out, and the job comes again: with the next one that agrees trading goes on.
struct ReconcileAccount: JobHandler {
    struct Request: Decodable {
        let accountID: Int64

        enum CodingKeys: String, CodingKey { case accountID = "account_id" }
    }

    let kind = "reconcile_account"
    let brokers: AccountBrokers

    func handle(_ job: Job) async throws -> Completion {
        let account = try job.payload(as: Request.self).accountID
        try await brokers.reconcile(job.tenant, account)
        return .nothing
    }
}
