/**
 * @module
 * Keys of a DRAMsim3 INI that Tandem has no use for and passes over in silence: those that DRAMsim3 1.0 reads
 * (`src/configuration.cc`) and those that its own files carry beside them. Any other key is another simulator's, and may
 * change what the device is: it is named in a warning.
 */

const keys = (text: string): readonly string[] => text.trim().split(/\s+/);

/** By section, in lower case. */
export const dramsim3Keys: Readonly<Record<string, readonly string[]>> = {
  dram_structure: keys("bankgroup_enable num_dies hbm_dual_cmd"),
  timing: keys(`
    AL tRTRS tWTR tWTR_S tWTR_L tWR2 tRTP tRTP_L tRTP_S tRCD tRCDRD tRCDWR tRC tRRD tCCD tCKE tCKESR tCKSRE tXS tXP tXPDLL
    tRFC2 tRFC4 tRFCb tREFIb tRPRE tWPRE tPPD t32AW tFAW ideal_memory_latency`),
  power: keys("IDD2P IDD2P0 IDD2P1 IDD3P IDD5PB IDD5B IDD5 IDD6x IDD6 IPP0 IPP3N VPP VDDQ"),
  system: keys(`
    channels address_mapping queue_structure queue_size row_buf_policy cmd_queue_size trans_queue_size unified_queue
    write_buf_size refresh_policy enable_self_refresh sref_threshold aggressive_precharging_enabled mega_tick`),
  other: keys("epoch_period output_level output_prefix"),
  hmc: keys("num_links num_vaults link_width link_speed block_size xbar_queue_depth"),
  thermal: keys(`
    const_logic_power mat_dim_x mat_dim_y row_tile loc_mapping bank_order bank_layer_order chip_dim_x chip_dim_y amb_temp
    power_epoch_period`),
};
