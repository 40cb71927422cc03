/// The columns of `market.snapshot` that the rules read.
enum SnapshotField {
    static let time = "ts"
    static let ema20Distance = "ema_20_distance"
    static let ema50Distance = "ema_50_distance"
    static let ema200Distance = "ema_200_distance"
    static let return20 = "return_20"
    static let macdHistogram = "macd_histogram"
    static let rsi14 = "rsi_14"
    static let realisedVol20 = "realised_vol_20"
    static let realisedVol60 = "realised_vol_60"
    static let volRatio = "vol_ratio"
    static let drawdown252 = "drawdown_252"
    static let correlation60 = "correlation_60"
    static let splitSuspected = "split_suspected"
}
