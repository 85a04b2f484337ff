package io.meshrpc.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A chart of lying bars, with the least and the greatest of all rounds as a line. */
final class BarChart {
  private static final int WIDTH = 820;
  private static final int LEFT = 140;
  private static final int BARS = 500;
  private static final int BAR = 20;
  private static final int GAP = 12;
  private static final int TOP = 64;
  private static final String[] COLOURS = {"#2f6f9f", "#d9822b", "#5a9a4a"};

  private BarChart() {}

  /**
   * The chart as SVG.
   *
   * @param labels of the groups, from the top
   * @param series for each name as many bars as there are groups
   */
  static String svg(String title, List<String> labels, Map<String, List<Stats>> series) {
    double greatest = series.values().stream()
        .flatMap(List::stream)
        .mapToDouble(Stats::max)
        .max()
        .orElse(0);
    double scale = greatest > 0 ? BARS / greatest : 0;
    int group = series.size() * BAR + GAP;
    int height = TOP + labels.size() * group + GAP;
    StringBuilder svg = new StringBuilder();
    svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
            .formatted(WIDTH, height))
        .append(" font-family=\"sans-serif\" font-size=\"13\">\n")
        .append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n")
        .append(text(GAP, 22, "start", title));
    List<String> names = new ArrayList<>(series.keySet());
    for (int s = 0; s < names.size(); s++) {
      svg.append(rect(LEFT + s * 120, 36, BAR, 12, COLOURS[s % COLOURS.length]))
          .append(text(LEFT + s * 120 + BAR + 6, 47, "start", names.get(s)));
    }
    for (int g = 0; g < labels.size(); g++) {
      int y = TOP + g * group;
      svg.append(text(LEFT - 8, y + (group - GAP) / 2 + 5, "end", labels.get(g)));
      int s = 0;
      for (List<Stats> bars : series.values()) {
        svg.append(bar(bars.get(g), y + s * BAR, scale, COLOURS[s % COLOURS.length]));
        s++;
      }
    }
    return svg.append("</svg>\n").toString();
  }

  private static String bar(Stats value, int y, double scale, String colour) {
    double middle = y + BAR / 2.0 - 1;
    String line = String.format(
        Locale.ROOT,
        "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"black\"/>\n",
        LEFT + value.min() * scale,
        LEFT + value.max() * scale,
        middle,
        middle);
    String figure = String.format(Locale.ROOT, "%,.0f", value.median());
    return rect(LEFT, y, value.median() * scale, BAR - 2, colour)
        + line
        + text(LEFT + value.max() * scale + 6, y + BAR - 5, "start", figure);
  }

  private static String rect(double x, double y, double width, double height, String colour) {
    return String.format(
        Locale.ROOT,
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>\n",
        x,
        y,
        width,
        height,
        colour);
  }

  private static String text(double x, double y, String anchor, String words) {
    String safe = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    return String.format(
        Locale.ROOT,
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n",
        x,
        y,
        anchor,
        safe);
  }
}
