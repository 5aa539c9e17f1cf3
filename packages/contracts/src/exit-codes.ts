/** Exit codes on which the processes of the system agree. */

/** sysexits(3): EX_CONFIG, the configuration is wrong and a restart will not help. */
export const EXIT_CONFIG = 78;
