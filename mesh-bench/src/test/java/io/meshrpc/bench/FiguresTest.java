package io.meshrpc.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** Rounds become medians, ratios, JSON and charts. */
class FiguresTest {
  @Test
  void theMedianIsTheMiddleOrTheMeanOfTheTwoInTheMiddle() {
    assertThat(Stats.of(5, 1, 3)).isEqualTo(new Stats(3, 1, 5));
    assertThat(Stats.of(4, 1, 2, 9)).isEqualTo(new Stats(3, 1, 9));
    assertThat(Stats.of(7)).isEqualTo(new Stats(7, 7, 7));
    assertThatThrownBy(Stats::of).hasMessage("values: none (expected: at least one)");
  }

  @Test
  void ratiosAreTakenWithinARound() {
    Map<PeerKind, List<Round>> rounds = new LinkedHashMap<>();
    rounds.put(PeerKind.MESH, List.of(round(200), round(30), round(600)));
    rounds.put(PeerKind.JEROMQ, List.of(round(100), round(10), round(200)));

    List<Row> rows = Row.of(rounds, PeerKind.JEROMQ);

    assertThat(rows.get(0).ratio()).isEqualTo(new Stats(3, 2, 3));
    assertThat(rows.get(1).ratio()).isEqualTo(new Stats(1, 1, 1));
  }

  @Test
  void aResultSurvivesItsWayBetweenProcesses() {
    Histogram spans = new Histogram(Tally.SPAN_MAX_NS, Tally.DIGITS);
    spans.recordValueWithCount(1_000_000, 99);
    spans.recordValue(9_000_000);
    RunResult sent =
        new RunResult(spans, 500, 2, "failed: a \"b\"\nc", 2_000_000_000, new Usage(5, 6));

    RunResult got = RunResult.parse(sent.line());

    assertThat(sent.line()).doesNotContain("\n");
    assertThat(got.callsPerSecond()).isEqualTo(250); // of which each fifth was timed
    assertThat(got.micros(50)).isBetween(999.0, 1001.0);
    assertThat(got.micros(99.9)).isBetween(8990.0, 9010.0);
    assertThat(got.errors()).isEqualTo(2);
    assertThat(got.firstError()).isEqualTo("failed: a \"b\"\nc");
    assertThat(got.used()).isEqualTo(new Usage(5, 6));
  }

  @Test
  void othersAreWhatIsBusyAndNotOurs() {
    MachineLoad before = new MachineLoad(1000, 5000);
    MachineLoad after = new MachineLoad(1150, 5200);

    assertThat(after.othersSince(before, 1_000_000_000)).isEqualTo(0.25); // 100 of 150 are ours
    assertThat(after.othersSince(before, 9_000_000_000L)).isZero();
    assertThat(new MachineLoad(-1, -1).othersSince(before, 0)).isNaN();
  }

  @Test
  void jsonIsEscapedAndKnowsNoInfinity() {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("text", "a \"b\" \\ \n");
    object.put("never", Double.POSITIVE_INFINITY);
    object.put("rounds", List.of(1, 2.5));

    assertThat(Json.text(List.of(object)))
        .isEqualTo("[\n {\"text\": \"a \\\"b\\\" \\\\ \\u000a\", \"never\": null,"
            + " \"rounds\": [1, 2.5]}\n]\n");
  }

  @Test
  void chartsHaveABarForEachPeerAndEscapeTheirWords() {
    String svg = BarChart.svg(
        "a < b", List.of("mesh", "grpc"), Map.of("calls/s", List.of(Stats.of(10), Stats.of(5, 7))));

    assertThat(svg).startsWith("<svg").endsWith("</svg>\n").contains("a &lt; b");
    assertThat(svg).contains(">mesh</text>", ">grpc</text>", "width=\"500.0\"", "width=\"300.0\"");
  }

  @Test
  void aScaleEndsWithWhatWasAskedFor() {
    assertThat(Scale.steps(30)).containsExactly(1, 2, 5, 10, 20, 30);
    assertThat(Scale.steps(1)).containsExactly(1);
  }

  private static Round round(double callsPerSecond) {
    return new Round(callsPerSecond, 1, 2, 3, 4, 5, 6, 7, 0, "", 0);
  }
}
