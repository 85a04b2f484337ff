package io.meshrpc.api;

/**
 * How busy a server says it is. All zero until its first report.
 *
 * @param queued requests that wait
 * @param running requests in handlers
 * @param workers how many handlers may run at once
 * @param oldestWaitMs how long the oldest request has waited
 * @param completed handlers that have ended since the server's start
 * @param uptimeMs how long the server has been up
 * @param refusedPermille of the last second's requests, those refused for lack of room
 * @param latencyUs how long requests were in the server of late, waiting included, that came when
 *     about as many were in it as now: a median; 0 if nothing is known
 */
public record LoadReport(
    int queued,
    int running,
    int workers,
    int oldestWaitMs,
    long completed,
    long uptimeMs,
    int refusedPermille,
    long latencyUs) {
  /** Nothing reported yet. */
  public static final LoadReport NONE = new LoadReport(0, 0, 0, 0, 0, 0, 0, 0);

  /** Requests that wait or run; not more than an {@code int} holds, whatever the server says. */
  public int inServer() {
    return (int) Math.min(Integer.MAX_VALUE, (long) queued + running);
  }
}
