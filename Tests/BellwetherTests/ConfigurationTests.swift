import Testing

@testable import bellwether

@Suite("Configuration")
struct ConfigurationTests {
    private func configuration(
        flags: [String: String] = [:], variables: [String: String] = [:], file: String? = nil,
        needs: [SettingKey] = []
    ) throws -> Configuration {
        try Configuration(
            SettingTexts(
                flags: flags, variables: variables,
                file: file.map { try SettingFile(path: "test.conf", text: $0) }),
            needs: needs)
    }

    @Test("Flags stand above the environment, the environment above the file")
    func precedence() throws {
        let file = "log_level = error\nlog_format = json\nmodel_path = /models"
        let variables = ["BELLWETHER_LOG_LEVEL": "warning", "BELLWETHER_LOG_FORMAT": "text"]
        let read = try configuration(
            flags: ["log-level": "debug"], variables: variables, file: file)
        #expect(read.logLevel == .debug)
        #expect(read.logFormat == .text)
        #expect(read.modelPath == "/models")
        #expect(read.environment == .development)
        #expect(read.sources[.logLevel] == .flag("log-level"))
        #expect(read.sources[.logFormat] == .variable("BELLWETHER_LOG_FORMAT"))
        #expect(read.sources[.modelPath] == .file("test.conf", line: 3))
        #expect(read.sources[.environment] == .fallback)
    }

    @Test("What a worker is told comes from a file or the environment too")
    func worker() throws {
        let read = try configuration(
            variables: ["BELLWETHER_STOP_LIMIT": "1m"],
            file: "concurrency = 20\npooler = transaction")
        #expect(read.concurrency == Count(20))
        #expect(read.stopLimit == .seconds(60))
        #expect(read.pooler == .transaction)
        #expect(try configuration().concurrency == Count(8))
        #expect(try configuration().pooler == Pooler.none)
        let failure = try #require(throws: ProgramError.self) {
            try configuration(file: "concurrency = many")
        }
        #expect(failure.message.contains("concurrency"))
        #expect(failure.message.contains("test.conf:1"))
    }

    @Test("Our own variable stands above DATABASE_URL")
    func databaseURL() throws {
        let both = ["DATABASE_URL": "one", "BELLWETHER_DATABASE_URL": "two"]
        #expect(try configuration(variables: both).databaseURL == Secret("two"))
        #expect(try configuration(variables: ["DATABASE_URL": "one"]).databaseURL == Secret("one"))
    }

    @Test("In production a missing setting stops the start with its name")
    func production() throws {
        let failure = try #require(throws: ProgramError.self) {
            try configuration(
                flags: ["environment": "production"], needs: [.databaseURL, .modelPath])
        }
        #expect(failure.code == .configuration)
        #expect(failure.message.hasSuffix("database_url, model_path"))
        #expect(failure.hint?.contains("BELLWETHER_DATABASE_URL") == true)
        _ = try configuration(
            flags: ["environment": "production"], variables: ["DATABASE_URL": "x"],
            needs: [.databaseURL])
        _ = try configuration(needs: [.databaseURL])
    }

    @Test("A secret is never printed")
    func secrets() throws {
        let read = try configuration(variables: ["DATABASE_URL": "postgresql://u:hunter2@h/d"])
        var dumped = ""
        dump(read, to: &dumped)
        for text in ["\(read)", String(reflecting: read), dumped, "\(read.databaseURL)"] {
            #expect(!text.contains("hunter2"))
            #expect(text.contains("****"))
        }
        #expect(read.databaseURL.reveal() == "postgresql://u:hunter2@h/d")
    }

    @Test(
        "A wrong value is named with its place",
        arguments: [
            ("log_level = loud", "setting log_level cannot be 'loud' (test.conf:1)"),
            ("\nlog_levl = info", "test.conf:2: there is no setting 'log_levl'"),
            ("what", "test.conf:1: a line must read 'key = value'"),
            (
                "log_level = info\nlog_level=info",
                "test.conf:2: log_level was set in line 1 already"
            ),
        ])
    func wrongFile(_ text: String, _ message: String) throws {
        let failure = try #require(throws: ProgramError.self) { try configuration(file: text) }
        #expect(failure.message == message)
        #expect(failure.code == .configuration)
    }

    @Test("A file has comments, quotes and line ends of either kind")
    func file() throws {
        let text = "# ours\r\n\r\nmodel_path = \"/with space\"\r\n  sql_path='/sql'  \n"
        let read = try configuration(file: text)
        #expect(read.modelPath == "/with space")
        #expect(read.sqlPath == "/sql")
    }
}
