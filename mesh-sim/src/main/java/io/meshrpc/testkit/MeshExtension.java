package io.meshrpc.testkit;

import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A {@link TestMesh} for JUnit Jupiter, new for each test:
 *
 * <pre>
 * &#64;RegisterExtension
 * final MeshExtension mesh = MeshExtension.create();
 * </pre>
 *
 * <p>It is open as soon as it is made, so that fields of the test may be made of it, and closed after
 * the test. If it outlives the test, as in a static field, the next one begins without nodes. After a
 * failure it prints the seed and the last lines of the trace to {@link System#err}.
 */
public final class MeshExtension extends TestMesh implements BeforeEachCallback, AfterEachCallback {
  private static final int LINES = 100;

  private MeshExtension(long seed) {
    super(seed);
  }

  /** One of the seed in the system property {@code mesh.seed}, or of 1. */
  public static MeshExtension create() {
    return new MeshExtension(usualSeed());
  }

  /** One of this seed. */
  public static MeshExtension seed(long seed) {
    return new MeshExtension(seed);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    if (isClosed()) {
      begin();
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (context.getExecutionException().isPresent()) {
      System.err.println(report(context.getDisplayName()));
    }
    close();
  }

  private String report(String test) {
    List<String> lines = trace();
    int from = Math.max(0, lines.size() - LINES);
    StringBuilder text = new StringBuilder();
    text.append(test).append(" failed on a ").append(this);
    text.append(" (again: -Dmesh.seed=").append(seed()).append("); the last of its trace:\n");
    lines
        .subList(from, lines.size())
        .forEach(line -> text.append("  ").append(line).append('\n'));
    return text.toString();
  }
}
