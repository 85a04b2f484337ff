package io.meshrpc.sim.balance;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Draws p50, p99 and p99.9 against load for one scenario, as SVG. Latency is logarithmic. */
final class Plot {
  static final List<Double> LOADS = List.of(0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1);

  private static final List<String> COLOURS = List.of(
      "#0b6e4f", "#c1121f", "#8d99ae", "#f4a261", "#1d3557", "#7b2cbf", "#2a9d8f", "#e76f51",
      "#222");
  private static final int WIDTH = 300;
  private static final int HEIGHT = 260;
  private static final int LEFT = 60;
  private static final int TOP = 50;
  private static final int GAP = 50;
  private static final double LOW_MS = 1;
  private static final double HIGH_MS = 10_000;

  private final String title;
  private final List<Summary> byLoad; // one for each of LOADS

  Plot(String title, List<Summary> byLoad) {
    this.title = title;
    this.byLoad = byLoad;
  }

  String svg(String scenario) {
    StringBuilder out = new StringBuilder();
    List<String> policies = List.copyOf(byLoad.get(0).policies());
    int width = LEFT + 3 * (WIDTH + GAP) + 110;
    int height = TOP + HEIGHT + 50;
    add(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\"", width, height);
    add(out, " font-family=\"sans-serif\" font-size=\"11\">%n");
    add(out, "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n");
    add(out, "<text x=\"%d\" y=\"18\" font-size=\"14\">%s: %s</text>%n", LEFT, scenario, title);
    panel(out, 0, "p50", scenario, policies, Result::p50Ms);
    panel(out, 1, "p99", scenario, policies, Result::p99Ms);
    panel(out, 2, "p99.9", scenario, policies, Result::p999Ms);
    for (int i = 0; i < policies.size(); i++) {
      int x = LEFT + 3 * (WIDTH + GAP) - 20;
      int y = TOP + 10 + 18 * i;
      add(
          out,
          "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"%s\" stroke-width=\"2\"/>%n",
          x,
          y,
          x + 18,
          y,
          colour(i));
      add(out, "<text x=\"%d\" y=\"%d\">%s</text>%n", x + 24, y + 4, policies.get(i));
    }
    return out.append("</svg>\n").toString();
  }

  private void panel(
      StringBuilder out,
      int place,
      String name,
      String scenario,
      List<String> policies,
      ToDoubleFunction<Result> what) {
    int left = LEFT + place * (WIDTH + GAP);
    add(out, "<text x=\"%d\" y=\"%d\">%s, ms</text>%n", left, TOP - 8, name);
    for (double ms = LOW_MS; ms <= HIGH_MS; ms *= 10) {
      double y = y(ms);
      add(
          out,
          "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#ddd\"/>%n",
          left,
          y,
          left + WIDTH,
          y);
      add(out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.0f</text>%n", left - 4, y + 4, ms);
    }
    for (double load : LOADS) {
      add(
          out,
          "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.1f</text>%n",
          x(left, load),
          TOP + HEIGHT + 16,
          load);
    }
    add(
        out,
        "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">load</text>%n",
        left + WIDTH / 2,
        TOP + HEIGHT + 34);
    for (int i = 0; i < policies.size(); i++) {
      line(out, left, scenario, policies.get(i), colour(i), what);
    }
  }

  private void line(
      StringBuilder out,
      int left,
      String scenario,
      String policy,
      String colour,
      ToDoubleFunction<Result> what) {
    add(out, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"", colour);
    for (int i = 0; i < LOADS.size(); i++) {
      double ms = byLoad.get(i).median(scenario, policy, what);
      if (Double.isFinite(ms)) {
        add(out, "%.1f,%.1f ", x(left, LOADS.get(i)), y(ms));
      }
    }
    add(out, "\"/>%n");
  }

  private static double x(int left, double load) {
    double low = LOADS.get(0);
    double high = LOADS.get(LOADS.size() - 1);
    return left + WIDTH * (load - low) / (high - low);
  }

  private static double y(double ms) {
    double clamped = Math.max(LOW_MS, Math.min(HIGH_MS, ms));
    return TOP + HEIGHT * (1 - Math.log(clamped / LOW_MS) / Math.log(HIGH_MS / LOW_MS));
  }

  private static String colour(int place) {
    return COLOURS.get(place % COLOURS.size());
  }

  private static void add(StringBuilder out, String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values));
  }
}
