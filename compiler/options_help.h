/* options_help.h: the texts of --help. Internal to options.c. */
#ifndef RNNC_OPTIONS_HELP_H
#define RNNC_OPTIONS_HELP_H

extern const char options_usage_compile[];
extern const char options_usage_run[];
extern const char options_usage_verify[];
extern const char options_about_tolerance[];
extern const char options_status_compile[];
extern const char options_status_run[];
extern const char options_status_verify[];

#endif
